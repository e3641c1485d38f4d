import { Controller, type INestMicroservice, UseFilters, UseGuards } from '@nestjs/common';
import { type ClientProxy, ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { firstValueFrom } from 'rxjs';
import { freePort } from '../../../../test/support/network/free-port.js';
import {
  CurrentPrincipal,
  VerifierAuthGuard,
  VerifierExceptionFilter,
  VerifierTestingModule,
} from '../../src/nestjs/index.js';
import { InMemoryIssuer } from '../../src/testing/index.js';

/** TCP has no headers: the token is in the payload. */
class PayloadGuard extends VerifierAuthGuard {
  protected override authorizationOf(
    ...[context, carrier]: Parameters<VerifierAuthGuard['authorizationOf']>
  ) {
    const { token } = context.switchToRpc().getData<{ token?: string }>();
    return token === undefined ? carrier.authorization : `Bearer ${token}`;
  }
}

@Controller()
@UseGuards(PayloadGuard)
@UseFilters(VerifierExceptionFilter)
class MessagesController {
  @MessagePattern('who')
  who(@CurrentPrincipal('sub') sub: string) {
    return sub;
  }
}

describe('messages of a microservice', () => {
  let service: INestMicroservice;
  let client: ClientProxy;
  beforeAll(async () => {
    const [imports, controllers] = [[VerifierTestingModule.forRoot({ guard: 'off' })], [MessagesController]];
    const module = await Test.createTestingModule({ imports, controllers }).compile();
    const options = { host: '127.0.0.1', port: await freePort() };
    service = module.createNestMicroservice({ transport: Transport.TCP, options, logger: false });
    await service.listen();
    client = ClientProxyFactory.create({ transport: Transport.TCP, options });
  });
  afterAll(async () => {
    await client.close();
    await service.close();
  });

  const ask = (token?: string) => firstValueFrom(client.send<unknown>('who', { token }));

  it('give the principal, and are refused by an error with the members of the problem', async () => {
    const { token, session } = await service.get(InMemoryIssuer).logIn();
    expect(await ask(token)).toBe(session.sub);
    await expect(ask()).rejects.toMatchObject({ code: 'token_missing', status: 401 });
  });
});
