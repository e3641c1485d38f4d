// An API in NestJS that verifies tokens itself, follows the revocation feed, and closes its sockets and streams with their sessions.
import 'reflect-metadata';
import { type Principal } from '@ergodrive/verifier';
import {
  CurrentPrincipal,
  UseVerifier,
  VerifierConnections,
  VerifierModule,
} from '@ergodrive/verifier/nestjs';
import { Controller, Get, Module, Req, Sse } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import { type OnGatewayConnection, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { interval, map } from 'rxjs';

const { ISSUER_URL = '', CLIENT_ID = '', CLIENT_SECRET = '', PORT = '3000' } = process.env;

/** The module protects every route. */
@Controller('orders')
class OrdersController {
  constructor(private readonly connections: VerifierConnections) {}

  /** The role is that of now, also for an older token. */
  @Get()
  list(@CurrentPrincipal() { sub, role }: Principal) {
    return { id: sub, role };
  }

  /** The stream ends with the session. */
  @Sse('stream')
  stream(@Req() request: { headers: { authorization?: string } }) {
    return interval(100).pipe(
      map((number) => ({ data: `order ${number}` })),
      this.connections.whileLive(request),
    );
  }
}

/** The connection is closed with the session. */
@WebSocketGateway()
@UseVerifier()
class OrdersGateway implements OnGatewayConnection {
  constructor(private readonly connections: VerifierConnections) {}

  async handleConnection(client: object, request: { headers: object }) {
    await this.connections.admit(client, request);
  }

  @SubscribeMessage('who')
  who(@CurrentPrincipal('sub') sub: string) {
    return { event: 'you', data: sub };
  }
}

@Module({
  imports: [VerifierModule.forRoot({ issuer: ISSUER_URL, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET })],
  controllers: [OrdersController],
  providers: [OrdersGateway],
})
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter());
app.useWebSocketAdapter(new WsAdapter(app));
// Closes the verifier with the application; its long poll would keep the process alive.
app.enableShutdownHooks();
await app.listen(Number(PORT), '127.0.0.1');
console.log(`listening on ${PORT}`);
