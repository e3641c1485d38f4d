import type { AppProcess } from '../support/app/app-process.js';
import { freePort } from '../support/network/free-port.js';
import { TcpProxy } from '../support/network/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { Deployment, expectRevoked } from './support/suite.js';

/** Long enough to be overtaken by the next request. */
const NOTIFICATION_TAKES_MS = 20;

describe('a service whose REDIS_URL does not answer', () => {
  let deployment: Deployment<AppProcess>;

  beforeAll(async () => {
    deployment = await Deployment.ofProcesses({
      instances: [{}, {}],
      redisUrl: `redis://user:s3cret-word@127.0.0.1:${await freePort()}`,
    });
  });
  afterAll(() => deployment.stop());

  it('starts, and reports that Redis is not connected, without the password', async () => {
    await expect(deployment.client().get('/health')).resolves.toMatchObject({
      status: 200,
      body: { status: 'degraded', redis: { status: 'disconnected' }, cache: { status: 'unavailable' } },
    });
    await waitFor(() => deployment.apps[0]!.output.includes('Listening on'), {
      what: 'the start to be logged',
    });
    const { output } = deployment.apps[0]!;
    expect(output).toContain('Redis not connected yet');
    expect(output).not.toContain('s3cret-word');
  });

  it('serves requests and refuses revoked tokens on both instances', async () => {
    const [live, left] = [await deployment.accounts().signUp(), await deployment.accounts().signUp()];
    const there = (token: string) => deployment.client(1).as(token).get('/api/v1/users/me');
    await expect(there(left.tokens.access_token)).resolves.toMatchObject({ status: 200 });
    await expect(left.client.post('/api/v1/auth/logout')).resolves.toMatchObject({ status: 200 });
    expectRevoked(await there(left.tokens.access_token));
    expectRevoked(await left.client.get('/api/v1/users/me'));
    expectRevoked(await deployment.accounts(1).refresh(left.tokens.refresh_token));
    await expect(there(live.tokens.access_token)).resolves.toMatchObject({ status: 200 });
    await expect(deployment.accounts(1).refresh(live.tokens.refresh_token)).resolves.toMatchObject({
      status: 200,
    });
  });
});

/** A mistake that is easily made: several instances, and no REDIS_URL. */
describe('without REDIS_URL', () => {
  let deployment: Deployment<AppProcess>;

  beforeAll(async () => {
    deployment = await Deployment.ofProcesses({ instances: [{}], redisUrl: null });
    await deployment.trusted();
  });
  afterAll(() => deployment.stop());

  it('one instance keeps its cache in memory', async () => {
    const { client } = await deployment.accounts().signUp();
    await expect(client.get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    await expect(deployment.client().get('/health')).resolves.toMatchObject({
      body: { status: 'healthy', redis: { status: 'not_configured' }, cache: { trust: 'trusted' } },
    });
  });
});

describe('without REDIS_URL, two instances on one database', () => {
  let database: TestDatabase;
  let followers: TcpProxy;
  let deployment: Deployment<AppProcess>;

  beforeAll(async () => {
    database = await createTestDatabase();
    const { hostname, port } = new URL(database.url);
    followers = await TcpProxy.start({ host: hostname, port: Number(port) }, { onlyAfter: 'LISTEN' });
    const databaseUrl = followers.through(database.url);
    deployment = await Deployment.ofProcesses({ instances: [{}, {}], redisUrl: null, databaseUrl });
  });
  afterAll(async () => {
    await deployment.stop();
    await followers.close();
    await database.drop();
  });

  it('use no memory as the cache, once each knows of the other', async () => {
    const cacheOf = async (instance: number) =>
      (await deployment.client(instance).get<{ cache: Record<string, string> }>('/health')).body.cache;
    for (const instance of [0, 1]) {
      await waitFor(async () => (await cacheOf(instance))['reason']?.includes('another cache'), {
        what: 'the other instance to be noticed',
      });
      await expect(cacheOf(instance)).resolves.toMatchObject({ status: 'unavailable', trust: 'down' });
    }
  });

  describe.each([
    ['at once', 0],
    ['late', NOTIFICATION_TAKES_MS],
  ])('whose notifications come %s', (_when, delayMs) => {
    beforeAll(() => followers.delay(delayMs));

    it.each([
      [0, 1],
      [1, 0],
    ])('both refuse a token at once that was revoked on instance %i', async (here, there) => {
      const member = await deployment.accounts(here).signUp();
      const me = (instance: number) =>
        deployment.client(instance).as(member.tokens.access_token).get('/api/v1/users/me');
      for (const instance of [here, there, here])
        await expect(me(instance)).resolves.toMatchObject({ status: 200 });
      await expect(member.client.post('/api/v1/auth/logout')).resolves.toMatchObject({ status: 200 });
      expectRevoked(await me(there));
      expectRevoked(await me(here));
    });
  });
});
