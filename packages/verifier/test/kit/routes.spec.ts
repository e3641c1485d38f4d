import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from 'nest-platform-express';
import { waitFor } from '../../../../test/support/wait-for.js';
import { CatsController } from './cats.controller.js';
import { type KitApp, startApp } from './kit-app.js';

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('routes on %s', (_name, adapt) => {
  let started: KitApp;
  beforeAll(async () => (started = await startApp(adapt, { controllers: [CatsController] })));
  afterAll(() => started.app.close());

  const get = async (path: string, token?: string) => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${started.url}/${path}`, { headers });
    return { status: response.status, headers: response.headers, body: (await response.json()) as object };
  };

  it('need a token without saying so, and give the handler the principal', async () => {
    const { token, session } = await started.issuer.logIn();
    expect(await get('mine')).toMatchObject({ status: 401, body: { code: 'token_missing' } });
    expect(await get('mine', token)).toMatchObject({ status: 200, body: { sub: session.sub, same: true } });
  });

  it('that are public verify no token', async () => {
    expect(await get('open')).toMatchObject({ status: 200, body: { sub: null } });
    expect(await get('open', 'no.token.at all')).toMatchObject({ status: 200, body: { sub: null } });
  });

  it('that are optional take no token, or a valid one', async () => {
    const { token, session } = await started.issuer.logIn();
    expect(await get('either')).toMatchObject({ status: 200, body: { sub: null } });
    expect(await get('either', token)).toMatchObject({ status: 200, body: { sub: session.sub } });
    started.issuer.revoke(session);
    const { body } = await untilStatus(401, () => get('either', token));
    expect(body).toMatchObject({ code: 'token_revoked' });
  });

  it('with roles refuse others by 403, and count the role of now', async () => {
    const { token, session } = await started.issuer.logIn();
    const refused = await get('staff', token);
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden', title: 'Forbidden' } });
    expect(refused.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    started.issuer.change(session.sub, { role: 'researcher' });
    const { body } = await untilStatus(200, () => get('staff', token));
    expect(body).toMatchObject({ role: 'researcher' });
  });

  it('that stream end with the session', async () => {
    const { token, session } = await started.issuer.logIn();
    const response = await fetch(`${started.url}/stream`, { headers: { authorization: `Bearer ${token}` } });
    const reader = response.body!.getReader();
    await reader.read();
    started.issuer.revoke(session);
    await expect(drained(reader)).resolves.toBe(true);
  });
});

async function untilStatus<T extends { status: number }>(status: number, get: () => Promise<T>): Promise<T> {
  let answer: T | undefined;
  await waitFor(async () => (answer = await get()).status === status, { what: `the status ${status}` });
  return answer!;
}

/** Reads to the end. */
async function drained(reader: ReadableStreamDefaultReader): Promise<boolean> {
  for (;;) {
    const { done } = await reader.read();
    if (done) return true;
  }
}
