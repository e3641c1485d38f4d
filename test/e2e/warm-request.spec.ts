import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ApiClient } from '../support/app/api-client.js';
import { monitorCommands } from '../support/redis/command-monitor.js';
import { sampleOf } from './support/metric-sample.js';
import { beforeSuite, Deployment } from './support/suite.js';

const REQUESTS = 50;

describe('a request whose answer is in the cache', () => {
  // A machine that stalls must not make PostgreSQL answer instead of Redis.
  const deployment = beforeSuite(() => Deployment.start({ instances: [{ CACHE_DEADLINE_MS: '5000' }] }));

  const verdicts = async (source: string, outcome = 'accepted'): Promise<number> => {
    const sample = `ergodrive_verdicts_total{source="${source}",outcome="${outcome}"}`;
    return (await sampleOf(deployment.client(), sample)) ?? 0;
  };
  const askOften = async (client: ApiClient) => {
    for (let count = 0; count < REQUESTS; count++)
      expect((await client.get('/api/v1/users/me')).status).toBe(200);
  };

  it('costs one MGET of its two keys, no PING, and no query to PostgreSQL', async () => {
    const { client } = await deployment.accounts().signUp();
    await client.get('/api/v1/users/me');
    const before = await verdicts('database');
    const { commands, reads } = await monitorCommands(deployment.redisUrl, () => askOften(client));
    // In the background the entries are counted, by SCAN and INFO, and heartbeats ask for the role, delete a key and
    // renew the claim, by a script with a SET. Each read of the log begins with the time and renews the permit.
    const {
      scan = 0,
      role = 0,
      del = 0,
      eval: claims = 0,
      pttl = 0,
      get = 0,
      set = 0,
      info = 0,
      time = 0,
      ...ofRequests
    } = commands;
    expect([del, claims, pttl, get].every((count) => count <= role + 1)).toBe(true);
    expect(set).toBeLessThanOrEqual(claims + time + 1);
    expect(ofRequests).toEqual({ mget: REQUESTS });
    expect(reads).toBeLessThanOrEqual(REQUESTS + scan + info + 2 * role + time + set + 2);
    await expect(verdicts('database')).resolves.toBe(before);
    await expect(verdicts('cache')).resolves.toBeGreaterThanOrEqual(REQUESTS);
  });

  it('shares the MGET with requests that come at the same time', async () => {
    const { client, tokens } = await deployment.accounts().signUp();
    await client.get('/api/v1/users/me');
    const { commands } = await monitorCommands(deployment.redisUrl, async () => {
      const answers = await askAtOnce(deployment.apps[0]!.port, tokens.access_token);
      expect(answers.match(/HTTP\/1\.1 200 OK\r\n/g)).toHaveLength(REQUESTS);
    });
    expect(commands['mget']).toBeGreaterThan(0);
    expect(commands['mget']).toBeLessThan(REQUESTS);
  });

  it('follows one cache miss, whose answer is kept', async () => {
    const { client } = await deployment.accounts().signUp();
    const admin = await deployment.admin();
    await admin.delete('/api/v1/cache');
    const before = await verdicts('database');
    await client.get('/api/v1/users/me');
    await client.get('/api/v1/users/me');
    await expect(verdicts('database')).resolves.toBe(before + 1);
  });

  it('with a revoked token costs no query to PostgreSQL either', async () => {
    const { client } = await deployment.accounts().signUp();
    await client.post('/api/v1/auth/logout');
    const refused = () => verdicts('database', 'revoked');
    const before = await refused();
    for (let count = 0; count < 5; count++) expect((await client.get('/api/v1/users/me')).status).toBe(401);
    await expect(refused()).resolves.toBe(before);
  });
});

/** Pipelines the requests in one write, so that the server reads them in one turn of its event loop; many connections it may not. */
function askAtOnce(port: number, token: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const head = `GET /api/v1/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n`;
  socket.write(`${head}\r\n`.repeat(REQUESTS - 1) + `${head}Connection: close\r\n\r\n`);
  return text(socket);
}
