import { readFileSync } from 'node:fs';
import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { NeedsNoDatabase, Public } from '../http/request-context.decorators.js';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** Only what the service itself serves, and requests to it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The pages to which the links of mails lead, unless `PUBLIC_URL` names a front end that has them. To open one uses no token: scanners open
 * links too. The token stands in the fragment, and a button sends it.
 */
@ApiExcludeController()
@Public()
@NeedsNoDatabase()
@Controller('account')
export class LinkPagesController {
  private readonly page = read('./link-page.html');
  private readonly script = read('./link-page.client.mjs');
  private readonly style = read('./link-page.css');

  @Get([
    'reset-password',
    'verify-email',
    'finish-registration',
    'undo-email-change',
    'undo-deletion',
    'end-sessions',
    'accept-invitation',
  ])
  show(@Res({ passthrough: true }) reply: FastifyReply): string {
    void reply.header('content-security-policy', POLICY).header('referrer-policy', 'no-referrer');
    return this.send(reply, 'text/html', this.page);
  }

  @Get('page.js')
  code(@Res({ passthrough: true }) reply: FastifyReply): string {
    return this.send(reply, 'text/javascript', this.script);
  }

  @Get('page.css')
  styles(@Res({ passthrough: true }) reply: FastifyReply): string {
    return this.send(reply, 'text/css', this.style);
  }

  private send(reply: FastifyReply, type: string, body: string): string {
    void reply.type(`${type}; charset=utf-8`);
    return body;
  }
}
