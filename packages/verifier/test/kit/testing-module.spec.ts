import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { VerifierModule, VerifierTestingModule } from '../../src/nestjs/index.js';
import { CatsController } from './cats.controller.js';

describe('an application with a VerifierModule of its own', () => {
  it('gets the issuer in memory in its tests', async () => {
    const options = { issuer: 'https://auth.example.org', clientId: 'id', clientSecret: 'secret' };
    const imports = [VerifierModule.forRoot(options)];
    const builder = Test.createTestingModule({ imports, controllers: [CatsController] });
    const issuer = await VerifierTestingModule.replaceIn(builder);
    const app = (await builder.compile()).createNestApplication(new FastifyAdapter(), { logger: false });
    await app.init();
    const { token, session } = await issuer.logIn();
    const inject = (headers: Record<string, string>) =>
      app.getHttpAdapter().getInstance().inject({ url: '/mine', headers });
    expect((await inject({ authorization: `Bearer ${token}` })).json()).toMatchObject({ sub: session.sub });
    expect((await inject({})).statusCode).toBe(401);
    await app.close();
  });
});
