// An API in NestJS that verifies tokens itself and follows the revocation feed.
import 'reflect-metadata';
import { type Principal } from '@ergodrive/verifier';
import { VerifierAuthGuard, VerifierModule } from '@ergodrive/verifier/nestjs';
import { Controller, Get, Module, Req, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

const { ISSUER_URL = '', CLIENT_ID = '', CLIENT_SECRET = '', PORT = '3000' } = process.env;

@Controller('orders')
@UseGuards(VerifierAuthGuard)
class OrdersController {
  /** The role is that of now, also for an older token. */
  @Get()
  list(@Req() { user }: { user: Principal }) {
    return { id: user.sub, role: user.role };
  }
}

@Module({
  imports: [VerifierModule.forRoot({ issuer: ISSUER_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET })],
  controllers: [OrdersController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter());
// Closes the verifier with the application; its long poll would keep the process alive.
app.enableShutdownHooks();
await app.listen(Number(PORT), '127.0.0.1');
console.log(`listening on ${PORT}`);
