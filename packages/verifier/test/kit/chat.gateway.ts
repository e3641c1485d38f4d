import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { CurrentPrincipal, Roles, UseVerifier, VerifierConnections } from '../../src/nestjs/index.js';

/** A gateway for socket.io and for ws. */
@WebSocketGateway()
@UseVerifier()
export class ChatGateway implements OnGatewayConnection {
  constructor(private readonly connections: VerifierConnections) {}

  async handleConnection(client: object, request?: { headers: object }): Promise<void> {
    await this.connections.admit(client, request);
  }

  @SubscribeMessage('who')
  who(@CurrentPrincipal('sub') sub: string) {
    return { event: 'you', data: sub };
  }

  @SubscribeMessage('manage')
  @Roles('admin')
  manage() {
    return { event: 'managed', data: true };
  }

  @SubscribeMessage('renew')
  async renew(@ConnectedSocket() client: object, @MessageBody() token: string) {
    const { exp } = await this.connections.renew(client, token);
    return { event: 'renewed', data: exp };
  }
}
