import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AppConfig } from '../config/app-config.js';
import type { ConsoleConfig } from '../config/console-config.js';
import { Problems } from '../http/problem.error.js';
import { NeedsNoDatabase, Public } from '../http/request-context.decorators.js';
import { MailCatalogs } from '../mail/mail-catalogs.js';
import { ConsoleFiles, type PageName } from './console-files.js';
import { ASSET_HEADERS, PAGE_HEADERS } from './console-headers.js';
import { iconOf } from './console-icon.js';
import { type ConsoleSettings, settingsOf } from './console-settings.js';

/** A picture that is opened by itself runs nothing. */
const PICTURE_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
  'cache-control': 'no-cache',
};

/**
 * The pages of the service. Every path below them answers the same page, whose script shows the view of the path: a link of a mail too,
 * with its token in the fragment, which is not sent.
 */
@ApiExcludeController()
@Public()
@NeedsNoDatabase()
@Controller()
export class ConsoleController {
  private readonly look: ConsoleConfig;
  private readonly settings: ConsoleSettings;

  constructor(
    private readonly files: ConsoleFiles,
    catalogs: MailCatalogs,
    config: AppConfig,
  ) {
    if (config.console === undefined) throw new TypeError('The pages are not configured');
    this.look = config.console;
    this.settings = settingsOf(config, this.look, catalogs.languages);
  }

  @Get(['account', 'account/*'])
  account(@Res({ passthrough: true }) reply: FastifyReply): string {
    return this.page('account', reply);
  }

  @Get(['admin', 'admin/*'])
  admin(@Res({ passthrough: true }) reply: FastifyReply): string {
    return this.page('admin', reply);
  }

  @Get('console/config.json')
  configuration(): ConsoleSettings {
    return this.settings;
  }

  @Get('console/logo')
  logo(@Res({ passthrough: true }) reply: FastifyReply): Buffer {
    const { logo } = this.look;
    if (logo === undefined) throw Problems.notFound();
    void reply.headers(PICTURE_HEADERS).type(logo.type);
    return logo.content;
  }

  @Get('console/icon')
  icon(@Res({ passthrough: true }) reply: FastifyReply): Buffer {
    const { type, content } = this.look.logo ?? iconOf(this.look);
    void reply.headers(PICTURE_HEADERS).type(type);
    return content;
  }

  @Get('console/licences.txt')
  licences(@Res({ passthrough: true }) reply: FastifyReply): string {
    void reply.type('text/plain; charset=utf-8');
    return this.files.licences;
  }

  @Get('console/assets/:name')
  asset(
    @Param('name') name: string,
    @Headers('accept-encoding') accepted: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Buffer {
    const asset = this.files.asset(name);
    if (asset === undefined) throw Problems.notFound();
    void reply.headers(ASSET_HEADERS).type(asset.type);
    const wanted = accepted?.split(',').map((each) => each.trim().replace(/;.*/, '')) ?? [];
    const [encoding, content] = asset.encoded.find(([each]) => wanted.includes(each)) ?? [];
    if (encoding !== undefined) void reply.header('content-encoding', encoding);
    return content ?? asset.plain;
  }

  private page(name: PageName, reply: FastifyReply): string {
    void reply.headers(PAGE_HEADERS).type('text/html; charset=utf-8');
    return this.files.page(name);
  }
}
