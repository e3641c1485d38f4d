import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import fastify from 'fastify';
import { authenticate as authenticateExpress, type Authenticated } from '../src/express.js';
import { authenticate as authenticateFastify } from '../src/fastify.js';
import { createVerifier, type Verifier } from '../src/index.js';
import { describeAnswers } from './answers.js';
import { IssuerServer } from './issuer-server.js';
import { CLIENT } from './test-issuer.js';

describeAnswers('Fastify', async (verifier) => {
  const app = fastify();
  app.addHook('onRequest', authenticateFastify(verifier));
  app.get('/me', async (request) => (request as Authenticated<typeof request>).user);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url, close: () => app.close() };
});

describeAnswers('Express', async (verifier) => {
  const app = express();
  app.use(authenticateExpress(verifier));
  app.get('/me', (request: Request, response: Response) => {
    response.json((request as Authenticated<Request>).user);
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
});

describe('the middleware', () => {
  it('leaves errors that are not about the token to the application', async () => {
    const server = await IssuerServer.start();
    const verifier = await createVerifier({ issuer: server.issuer.url, ...CLIENT });
    const broken = { verify: () => Promise.reject(new Error('a bug')) } as unknown as Verifier;
    const app = fastify();
    app.get('/me', { onRequest: authenticateFastify(broken) }, () => 'never');
    const answer = await app.inject({ url: '/me', headers: { authorization: 'Bearer a.b.c' } });
    expect(answer.statusCode).toBe(500);
    await app.close();
    await verifier.close();
    await server.stop();
  });
});
