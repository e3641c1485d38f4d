import { Controller, Get, type INestApplication, Module, Req, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from 'nest-platform-express';
import { Verifier, type VerifierOptions } from '../src/index.js';
import { VerifierModule } from '../src/nestjs/index.js';
import { describeApplication } from './answers.js';

@Controller()
class MeController {
  @Get('me')
  @UseGuards(AuthGuard('jwt'))
  me(@Req() request: { user: object }) {
    return request.user;
  }
}

/** What plain `AuthGuard` answers when no strategy succeeds. */
const MISSING = { statusCode: 401, message: 'Unauthorized' };

async function start(app: INestApplication) {
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), verifier: app.get(Verifier), close: () => app.close() };
}

describeApplication(
  'NestJS with Fastify',
  async (options) => {
    @Module({ imports: [VerifierModule.forRoot(options)], controllers: [MeController] })
    class AppModule {}
    return start(await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false }));
  },
  MISSING,
);

describeApplication(
  'NestJS with Express',
  async (options) => {
    const OPTIONS = Symbol('options');
    @Module({ providers: [{ provide: OPTIONS, useValue: options }], exports: [OPTIONS] })
    class ConfigModule {}
    const verifier = VerifierModule.forRootAsync({
      imports: [ConfigModule],
      inject: [OPTIONS],
      useFactory: (given: VerifierOptions) => given,
    });
    @Module({ imports: [verifier], controllers: [MeController] })
    class AppModule {}
    return start(await NestFactory.create(AppModule, new ExpressAdapter(), { logger: false }));
  },
  MISSING,
);
