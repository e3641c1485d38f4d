import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { AuthGuard } from '@nestjs/passport';
import { Public } from '../../src/common/request-context.decorators.js';
import type { UserDto } from '../../src/users/user.dto.js';
import { bodyOf, person } from '../population/person.js';
import { DATABASE_STRATEGY } from './database.strategy.js';
import { DoNothingGuard } from './do-nothing.guard.js';
import type { RequestUser } from './request-user.js';
import { TUTORIAL_STRATEGY } from './tutorial.strategy.js';

const sample = JSON.parse(bodyOf(person(0))) as UserDto;

/** The routes that `GET /api/v1/users/me` is compared with. Each does what that handler does, behind another guard. */
@ApiExcludeController()
@Public()
@Controller('bench')
export class ComparisonController {
  @Get('open')
  open(): UserDto {
    return picked(sample);
  }

  @Get('guarded')
  @UseGuards(DoNothingGuard)
  guarded(): UserDto {
    return picked(sample);
  }

  @Get('tutorial')
  @UseGuards(AuthGuard(TUTORIAL_STRATEGY))
  tutorial(@Req() { user }: { user: RequestUser }): UserDto {
    return picked(user);
  }

  @Get('database')
  @UseGuards(AuthGuard(DATABASE_STRATEGY))
  database(@Req() { user }: { user: RequestUser }): UserDto {
    return picked(user);
  }
}

function picked({ id, email, full_name, role, is_active, created_at, updated_at }: RequestUser): UserDto {
  return { id, email, full_name, role, is_active, created_at, updated_at };
}
