import { Controller, Get, type INestApplication, Module, Req, type Type, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from 'nest-platform-express';
import { Verifier, type VerifierOptions } from '../src/index.js';
import { VerifierAuthGuard, VerifierModule } from '../src/nestjs/index.js';
import { JwtStrategy } from '../src/passport.js';
import { describeApplication } from './answers.js';

@Controller()
class MeController {
  @Get('me')
  @UseGuards(AuthGuard('jwt'))
  me(@Req() request: { user: object }) {
    return request.user;
  }
}

@Controller()
class GuardedController {
  @Get('me')
  @UseGuards(VerifierAuthGuard)
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

function onFastify(controller: Type) {
  return async (options: VerifierOptions) => {
    @Module({
      imports: [VerifierModule.forRoot({ ...options, guard: 'off' })],
      controllers: [controller],
      providers: [JwtStrategy],
    })
    class AppModule {}
    return start(await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false }));
  };
}

function onExpress(controller: Type) {
  return async (options: VerifierOptions) => {
    const OPTIONS = Symbol('options');
    @Module({ providers: [{ provide: OPTIONS, useValue: options }], exports: [OPTIONS] })
    class ConfigModule {}
    const verifier = VerifierModule.forRootAsync({
      guard: 'off',
      imports: [ConfigModule],
      inject: [OPTIONS],
      useFactory: (given: VerifierOptions) => given,
    });
    @Module({ imports: [verifier], controllers: [controller], providers: [JwtStrategy] })
    class AppModule {}
    return start(await NestFactory.create(AppModule, new ExpressAdapter(), { logger: false }));
  };
}

describeApplication("NestJS with Fastify and AuthGuard('jwt')", onFastify(MeController), MISSING);
describeApplication("NestJS with Express and AuthGuard('jwt')", onExpress(MeController), MISSING);
describeApplication('NestJS with Fastify and VerifierAuthGuard', onFastify(GuardedController));
describeApplication('NestJS with Express and VerifierAuthGuard', onExpress(GuardedController));
