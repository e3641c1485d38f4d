import { Controller, type DynamicModule, Get, Module, type Type, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { ApiExcludeController } from '@nestjs/swagger';
import { VerifierAuthGuard, VerifierModule } from '../../packages/verifier/src/nestjs/index.js';
import { JwtStrategy } from '../../packages/verifier/src/passport.js';
import { Public } from '../../src/http/request-context.decorators.js';
import type { UserDto } from '../../src/users/user.dto.js';
import { sample, toUserDto } from './comparison.controller.js';

/** The handler of the other comparison routes, behind the guards of a service that uses the verifier. */
@ApiExcludeController()
@Public()
@Controller('bench')
class VerifiedController {
  @Get('verified')
  @UseGuards(VerifierAuthGuard)
  verified(): UserDto {
    return toUserDto(sample);
  }

  @Get('verified-by-passport')
  @UseGuards(AuthGuard('jwt'))
  verifiedByPassport(): UserDto {
    return toUserDto(sample);
  }
}

@Module({ controllers: [VerifiedController], providers: [JwtStrategy] })
class VerifiedModule {}

/** The verifier in this process, which is its own issuer; none without the credentials of a client. */
export function verifiedModules(): (DynamicModule | Type)[] {
  const {
    ISSUER_URL: issuer = '',
    PORT,
    BENCH_CLIENT_ID: clientId,
    BENCH_CLIENT_SECRET: clientSecret,
  } = process.env;
  if (clientId === undefined || clientSecret === undefined) return [];
  const send: typeof fetch = (input, init) =>
    fetch((input as string | URL).toString().replace(issuer, `http://127.0.0.1:${PORT}`), init);
  return [
    VerifierModule.forRoot({ issuer, clientId, clientSecret, fetch: send, guard: 'off' }),
    VerifiedModule,
  ];
}
