import 'reflect-metadata';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Principal, Verifier, type VerifierStatus } from '../../../packages/verifier/src/index.js';
import { CurrentPrincipal, Public, VerifierModule } from '../../../packages/verifier/src/nestjs/index.js';

const { HOST = '', PORT, ISSUER_URL = '', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;

@Controller()
class ProtectedController {
  constructor(@Inject(Verifier) private readonly verifier: Verifier) {}

  @Get('api/v1/users/me')
  me(@CurrentPrincipal() principal: Principal): Principal {
    return principal;
  }

  @Public()
  @Get('status')
  status(): VerifierStatus {
    return this.verifier.status();
  }

  @Public()
  @Get('health/live')
  live(): object {
    return {};
  }
}

/** A NestJS service whose routes the kit protects. */
@Module({
  imports: [VerifierModule.forRoot({ issuer: ISSUER_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET })],
  controllers: [ProtectedController],
})
class VerifyingModule {}

const app = await NestFactory.create<NestFastifyApplication>(VerifyingModule, new FastifyAdapter(), {
  logger: ['warn', 'error'],
});
await app.listen(Number(PORT), HOST);
