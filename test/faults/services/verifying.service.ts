import 'reflect-metadata';
import { Controller, Get, Inject, Module, Req, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Verifier, type VerifierStatus } from '../../../packages/verifier/src/index.js';
import { VerifierModule } from '../../../packages/verifier/src/nestjs/index.js';

const { HOST = '', PORT, ISSUER_URL = '', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;

@Controller()
class ProtectedController {
  constructor(@Inject(Verifier) private readonly verifier: Verifier) {}

  @Get('api/v1/users/me')
  @UseGuards(AuthGuard('jwt'))
  me(@Req() { user }: { user: object }): object {
    return user;
  }

  @Get('status')
  status(): VerifierStatus {
    return this.verifier.status();
  }

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
