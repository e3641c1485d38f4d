import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { MessageDto } from '../auth/auth.dto.js';
import type { Actor } from '../common/actor.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { IdParam } from '../http/id-param.decorator.js';
import { CurrentActor } from '../http/request-context.decorators.js';
import { Roles } from '../http/roles.guard.js';
import { InviteeDto } from '../users/new-account.dto.js';
import { InvitationDto, InvitationPageDto, InvitationQueryDto, toInvitationDto } from './invitation.dto.js';
import { InvitationsService } from './invitations.service.js';

@ApiTags('administration')
@Controller('api/v1/invitations')
@Roles(ADMIN_ROLE)
export class InvitationsController {
  constructor(private readonly invitations: InvitationsService) {}

  @Post()
  @ApiOperation({
    summary: 'Invite somebody by mail',
    description:
      'The mail alone has the token, which is good for this address. An earlier open invitation of the address ends. The invitation counts ' +
      'while the person who sent it is an active admin.',
  })
  @ApiCreatedResponse({ type: InvitationDto })
  @ApiProblems(400, 401, 403, 'registration_closed', 'mail_not_configured', 'email_taken', 422, 429)
  async create(@Body() body: InviteeDto, @CurrentActor() by: Actor): Promise<InvitationDto> {
    return toInvitationDto(await this.invitations.create(body, by));
  }

  @Get()
  @ApiOperation({
    summary: 'List invitations, newest first',
    description: 'Those that were accepted, have ended or expired are removed 30 days later.',
  })
  @ApiOkResponse({ type: InvitationPageDto })
  @ApiProblems(401, 403, 422)
  async list(@Query() { page, page_size, status }: InvitationQueryDto): Promise<InvitationPageDto> {
    const { total, invitations } = await this.invitations.list({ page, page_size }, status ?? null);
    return { total, invitations: invitations.map(toInvitationDto), page, page_size };
  }

  @Post(':id/resend')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Send the mail of an invitation again',
    description:
      'It has a new token, whose life is counted anew; the earlier token ends. From now on the invitation counts while you are an active admin.',
  })
  @ApiAcceptedResponse({ type: MessageDto })
  @ApiProblems(401, 403, 'registration_closed', 404, 'mail_not_configured', 'email_taken', 429)
  async resend(@IdParam() id: string, @CurrentActor() by: Actor): Promise<MessageDto> {
    await this.invitations.resend(id, by);
    return { message: 'Accepted', detail: 'A mail with a new link is on its way' };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'End an invitation' })
  @ApiNoContentResponse({ description: 'Its token is refused' })
  @ApiProblems(401, 403, 404)
  async end(@IdParam() id: string, @CurrentActor() by: Actor): Promise<void> {
    await this.invitations.end(id, by);
  }
}
