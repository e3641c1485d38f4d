import { randomUUID } from 'node:crypto';
import argon2 from '@node-rs/argon2';
import { generateKey } from '../../src/config/jwk.js';
import { basic } from '../support/app/oauth-client.js';
import { freePort } from '../support/network/free-port.js';
import { RawConnection } from '../support/network/raw-http.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { keyFile } from './support/key-files.js';
import { type LogLine, linesOf } from './support/log-lines.js';
import { beforeSuite, Deployment } from './support/suite.js';

const PASSWORD = 'correct horse battery';
const CLIENT_ADDRESS = '2001:db8::7';

describe('the log lines of a process', () => {
  const deployment = beforeSuite(async () => {
    const port = await freePort();
    const env = {
      NODE_ENV: 'production',
      MANAGEMENT_PORT: String(port),
      TRUSTED_PROXIES: '1',
      SIGNING_KEYS_FILE: await keyFile(generateKey('ES256')),
      PASSWORD_CHECK_HIBP: 'true',
      // Nothing listens there.
      PASSWORD_HIBP_URL: 'http://127.0.0.1:1/range',
    };
    return Deployment.ofProcesses({ instances: [env], port });
  });
  const client = beforeSuite(() => deployment.registerClient());

  const output = () => deployment.apps[0]?.output ?? '';

  /** The headers of a request by way of a proxy, which says whose it is. */
  function byProxy(address = CLIENT_ADDRESS): { id: string; headers: Record<string, string> } {
    const id = randomUUID();
    return { id, headers: { 'x-request-id': id, 'x-forwarded-for': address } };
  }

  /** The lines of a request, once its answer has one. */
  async function linesOfRequest(id: string): Promise<LogLine[]> {
    const lines = () => linesOf(output()).filter((line) => line['request_id'] === id);
    await waitFor(() => lines().some(({ msg }) => msg === 'Answered'), { what: 'the line of the answer' });
    return lines();
  }

  const answered = async (id: string): Promise<LogLine | undefined> =>
    (await linesOfRequest(id)).find(({ msg }) => msg === 'Answered');

  describe('have, for an answer,', () => {
    it('the time, address, account, session, method, path and status', async () => {
      const member = await deployment.accounts().signUp({ password: PASSWORD });
      const { id, headers } = byProxy('2001:DB8:0::7');
      await member.client.get('/api/v1/users/me?secret=1', { headers });
      await expect(answered(id)).resolves.toEqual({
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        pid: deployment.apps[0]?.pid,
        context: 'Request',
        msg: 'Answered',
        request_id: id,
        method: 'GET',
        path: '/api/v1/users/me',
        ip: CLIENT_ADDRESS,
        user_id: member.id,
        session_id: member.sessionId,
        status: 200,
        duration_ms: expect.any(Number),
      });
    });

    it('the OAuth client that has authenticated, and none that has not', async () => {
      const introspect = async (secret: string): Promise<LogLine | undefined> => {
        const { id, headers } = byProxy();
        const authorization = basic({ id: client.client_id, secret });
        const body = new URLSearchParams({ token: 'none' });
        await deployment
          .client()
          .post('/oauth2/introspect', body, { headers: { ...headers, authorization } });
        return answered(id);
      };
      const right = await introspect(client.client_secret);
      expect(right).toMatchObject({ status: 200, ip: CLIENT_ADDRESS, client_id: client.client_id });
      expect(right).not.toHaveProperty('user_id');
      const wrong = await introspect('wrong');
      expect(wrong).toMatchObject({ status: 401, ip: CLIENT_ADDRESS });
      expect(wrong).not.toHaveProperty('client_id');
    });

    it('no account where the token is refused', async () => {
      const member = await deployment.accounts().signUp({ password: PASSWORD });
      await member.client.post('/api/v1/auth/logout');
      const { id, headers } = byProxy();
      await member.client.get('/api/v1/users/me', { headers });
      const line = await answered(id);
      expect(line).toMatchObject({ status: 401, ip: CLIENT_ADDRESS });
      expect(line).not.toHaveProperty('user_id');
      expect(line).not.toHaveProperty('session_id');
    });
  });

  describe('name the request in', () => {
    const requests: [string, RegExp, (headers: Record<string, string>) => Promise<number>][] = [
      [
        'the warning that breached passwords cannot be looked up',
        /^Breached passwords cannot be looked up/,
        async (headers) => {
          // The first one after a start or an outage is logged.
          await deployment.apps[0]!.restart();
          await deployment.trusted();
          const account = { email: `${randomUUID()}@example.org`, password: PASSWORD, full_name: 'A' };
          return (await deployment.client().post('/api/v1/auth/register', account, { headers })).status;
        },
      ],
      [
        'the error that a password hash was not renewed',
        /^A password hash was not renewed/,
        async (headers) => {
          const { email, password, id } = await deployment.accounts().register({ password: PASSWORD });
          const outdated = await argon2.hash(password, { memoryCost: 8192, timeCost: 1 });
          await sql(deployment.databaseUrl, 'UPDATE users SET password_hash = $2 WHERE id = $1', [
            id,
            outdated,
          ]);
          await sql(
            deployment.databaseUrl,
            `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
             CREATE TRIGGER refuse BEFORE UPDATE OF password_hash ON users EXECUTE FUNCTION refuse()`,
          );
          const login = { email, password };
          const { status } = await deployment.client().post('/api/v1/auth/login/json', login, { headers });
          await sql(deployment.databaseUrl, 'DROP TRIGGER refuse ON users; DROP FUNCTION refuse()');
          return status;
        },
      ],
      [
        'the warning that a receiver of the feed reports events as wrong',
        /^The client reports 1 SETs as wrong/,
        async (headers) => {
          const authorization = basic({ id: client.client_id, secret: client.client_secret });
          const body = { returnImmediately: true, setErrs: { some: { err: 'invalid_issuer' } } };
          const { status } = await deployment
            .client()
            .post('/api/v1/events/poll', body, { headers: { ...headers, authorization } });
          return status;
        },
      ],
    ];

    it.each(requests)('%s', async (_, message, send) => {
      const { id, headers } = byProxy();
      expect([200, 201]).toContain(await send(headers));
      const lines = await linesOfRequest(id);
      expect(lines.filter(({ msg }) => message.test(msg))).toHaveLength(1);
    });

    it('an error that no filter expected, with the address, the account and the session', async () => {
      const member = await deployment.accounts().signUp({ password: PASSWORD });
      const { id, headers } = byProxy();
      await sql(deployment.databaseUrl, 'ALTER TABLE users RENAME COLUMN full_name TO gone');
      const { status } = await member.client.patch('/api/v1/users/me', { full_name: 'B' }, { headers });
      await sql(deployment.databaseUrl, 'ALTER TABLE users RENAME COLUMN gone TO full_name');
      expect(status).toBe(500);
      expect((await linesOfRequest(id)).find(({ level }) => level === 'error')).toMatchObject({
        method: 'PATCH',
        path: '/api/v1/users/me',
        ip: CLIENT_ADDRESS,
        user_id: member.id,
        session_id: member.sessionId,
        err: { stack: expect.stringContaining('at ') },
      });
    });
  });

  it('are one JSON object each, whatever a request has in its path, id and addresses', async () => {
    const forged = '"}\u2028{"level":"error","msg":"forged"}';
    const before = linesOf(output()).length;
    const connection = await RawConnection.open(deployment.apps[0]!.port);
    const headers = [`X-Request-Id: ${forged}`, `X-Forwarded-For: ${forged}`, `User-Agent: ${forged}`];
    for (const path of ['/a%0a%7b%22level%22:%22error%22%7d', '/b"}{"level":"error"}', '/c\\n{\\"level\\"}'])
      connection.send([`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n'));
    await waitFor(() => connection.answers.length === 3, { what: 'three answers' });
    await waitFor(() => linesOf(output()).filter(({ status }) => status === 404).length >= 3, {
      what: 'three lines',
    });
    const lines = linesOf(output()).slice(before);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(lines.filter(({ status }) => status === 404).map(({ path, ip }) => [path, ip])).toEqual([
      ['/a%0a%7b%22level%22:%22error%22%7d', null],
      ['/b"}{"level":"error"}', null],
      ['/c\\n{\\"level\\"}', null],
    ]);
    connection.destroy();
  });
});
