import { Controller, Get, Req, Sse } from '@nestjs/common';
import { interval, map } from 'rxjs';
import type { Principal } from '../../src/index.js';
import {
  CurrentPrincipal,
  OptionalAuth,
  Public,
  Roles,
  VerifierConnections,
} from '../../src/nestjs/index.js';

/** Routes with each kind of access. */
@Controller()
export class CatsController {
  constructor(private readonly connections: VerifierConnections) {}

  @Get('mine')
  mine(@CurrentPrincipal() principal: Principal, @Req() { user }: { user: Principal }) {
    return { sub: principal.sub, same: user === principal };
  }

  @Get('open')
  @Public()
  open(@CurrentPrincipal('sub') sub?: string) {
    return { sub: sub ?? null };
  }

  @Get('either')
  @OptionalAuth()
  either(@CurrentPrincipal('sub') sub?: string) {
    return { sub: sub ?? null };
  }

  @Get('staff')
  @Roles('researcher', 'admin')
  staff(@CurrentPrincipal('role') role: string) {
    return { role };
  }

  @Sse('stream')
  stream(@Req() request: { headers: { authorization?: string } }) {
    const events = interval(20).pipe(map((data) => ({ data: String(data) })));
    return events.pipe(this.connections.whileLive(request));
  }
}
