import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import argon2 from '@node-rs/argon2';
import { type Answer, AppInProcess } from './app-in-process.js';
import { expectAnswer, logIn, type Member } from './accounts.js';
import { appSuite } from './app-suite.js';

const GOOD = 'correct horse battery';

describe('new passwords', () => {
  const { app, database } = appSuite({ NODE_ENV: 'production' });

  async function signUp(password = GOOD, on = app): Promise<Member> {
    const email = `${randomUUID()}@example.org`;
    const { status, body } = await register(password, { email, full_name: 'Ada Lovelace' }, on);
    expect(status).toBe(201);
    return logIn(on, { id: String(body['id']), email, password });
  }
  const register = (password: string, owner: { email: string; full_name: string }, on = app) =>
    on.call('POST', '/api/v1/auth/register', { body: { ...owner, password } });
  const change = ({ token, password }: Member, next: string, on = app) => {
    const body = { current_password: password, new_password: next };
    return on.call('POST', '/api/v1/users/me/change-password', { token, body });
  };

  function expectRefusal({ status, body }: Answer, field: string, password: string): void {
    expect({ status, code: body['code'] }).toEqual({ status: 422, code: 'validation_failed' });
    expect(body['errors']).toEqual([
      expect.objectContaining({
        field,
        code: expect.stringMatching(/^(too_|in_a_breach|like_the_owner)/),
        message: expect.stringMatching(/^Must (not )?/),
      }),
    ]);
    expect(JSON.stringify(body).toLowerCase()).not.toContain(password.toLowerCase());
  }

  it('are checked at registration, before an account exists', async () => {
    const email = `bob.builder@${randomUUID()}.example`;
    for (const password of [
      'tiny',
      'x'.repeat(129),
      'Test1234',
      email.toUpperCase(),
      'Bob.Builder',
      'bob THE builder',
      'Ergodrive2026',
    ])
      expectRefusal(await register(password, { email, full_name: 'Bob the Builder' }), 'password', password);
    await expectAnswer(register(GOOD, { email, full_name: 'Bob the Builder' }), 201);
  });

  it('are checked at a change, which then changes nothing', async () => {
    const member = await signUp();
    for (const password of [
      'tiny',
      'x'.repeat(129),
      'Test1234',
      'Ergodrive2026',
      member.email,
      'ada lovelace',
    ])
      expectRefusal(await change(member, password), 'new_password', password);
    await logIn(app, member);
    await expect(change(member, 'a new horse battery')).resolves.toMatchObject({ status: 200 });
    await logIn(app, { ...member, password: 'a new horse battery' });
  });

  it('that break a rule are named together with the other invalid members', async () => {
    const fieldsOf = ({ status, body }: Answer) => {
      expect(status).toBe(422);
      return (body['errors'] as { field: string; message: string }[]).map(({ field }) => field).sort();
    };
    for (const password of ['tiny', 'Test1234', 'ada lovelace', 1]) {
      const body = { email: 'no address', password, full_name: ' Ada Lovelace ', role: 'king' };
      const answer = await app.call('POST', '/api/v1/auth/register', { body });
      expect(fieldsOf(answer)).toEqual(['email', 'password', 'role']);
    }
    const body = { email: ['a'], password: 'tiny', full_name: {} };
    const answer = await app.call('POST', '/api/v1/auth/register', { body });
    expect(fieldsOf(answer)).toEqual(['email', 'full_name', 'password']);
    const { token } = await signUp();
    for (const new_password of ['tiny', 'Test1234', null]) {
      const change = { token, body: { current_password: '', new_password } };
      const refused = await app.call('POST', '/api/v1/users/me/change-password', change);
      expect(fieldsOf(refused)).toEqual(['current_password', 'new_password']);
    }
  });

  it('are not checked at a login or as the current password', async () => {
    const [tooShort, common] = [await signUp(), await signUp()];
    for (const [member, password] of [
      [tooShort, 'tiny'],
      [common, 'Test1234'],
    ] as const) {
      const values = [member.id, await argon2.hash(password)];
      await app.query('UPDATE users SET password_hash = $2 WHERE id = $1', values);
      const session = await logIn(app, { ...member, password });
      await expect(change(session, GOOD)).resolves.toMatchObject({ status: 200 });
    }
  });

  it('may be among the most common ones in development', async () => {
    const development = await AppInProcess.start({ NODE_ENV: 'development', DATABASE_URL: database.url });
    await signUp('Test1234', development);
    await development.stop();
  });

  it('must have the configured length, which the API documents state', async () => {
    const lengths = { PASSWORD_MIN_LENGTH: '15', PASSWORD_MAX_LENGTH: '64' };
    const strict = await AppInProcess.start({ ...lengths, DATABASE_URL: database.url });
    const owner = { email: `${randomUUID()}@example.org`, full_name: 'A' };
    for (const length of [14, 65])
      expectRefusal(await register('ä'.repeat(length), owner, strict), 'password', 'ä'.repeat(length));
    for (const length of [15, 64]) await signUp('ä'.repeat(length), strict);
    const { body } = await strict.call('GET', '/api/docs-json');
    expect((body['info'] as { description: string }).description).toContain('has 15 to 64 characters');
    await strict.stop();
  });

  it('of 512 characters work, as the longest that can be configured, in every form', async () => {
    const longest = await AppInProcess.start({ PASSWORD_MAX_LENGTH: '512', DATABASE_URL: database.url });
    const password = 'ᾧ'.repeat(512);
    const member = await signUp(password, longest);
    await logIn(longest, { ...member, password: password.normalize('NFD') });
    await expect(change(member, '🙂'.repeat(512), longest)).resolves.toMatchObject({ status: 200 });
    await longest.stop();
  });

  describe('in Unicode', () => {
    const [composed, decomposed] = ['Zo\u00eb M\u00fcller', 'Zoe\u0308 Mu\u0308ller'];
    const storedHash = async ({ id }: Member) => {
      const rows = await app.query('SELECT password_hash FROM users WHERE id = $1', [id]);
      return (rows as { password_hash: string }[])[0]!.password_hash;
    };

    it('are equal in composed and decomposed form', async () => {
      const member = await signUp(decomposed);
      const stored = await storedHash(member);
      await logIn(app, { ...member, password: composed });
      await logIn(app, member);
      await expect(storedHash(member)).resolves.toBe(stored);
      await expect(change({ ...member, password: composed }, GOOD)).resolves.toMatchObject({ status: 200 });
    });

    it('that were hashed before they were normalised are accepted, and hashed anew', async () => {
      const member = await signUp(decomposed);
      const old = await argon2.hash(decomposed, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
      await app.query('UPDATE users SET password_hash = $2 WHERE id = $1', [member.id, old]);
      const login = { email: member.email, password: composed };
      const refused = await app.call('POST', '/api/v1/auth/login/json', { body: login });
      expect(refused.status).toBe(401);
      await logIn(app, member);
      const renewed = await storedHash(member);
      expect(renewed).not.toBe(old);
      await logIn(app, { ...member, password: composed });
      await logIn(app, member);
      await expect(storedHash(member)).resolves.toBe(renewed);
    });
  });

  describe('on the list of breached passwords', () => {
    const BREACHED = 'a breached horse battery';
    let hibp: Server;
    let checked: AppInProcess;

    beforeAll(async () => {
      const suffix = createHash('sha1').update(BREACHED).digest('hex').toUpperCase().slice(5);
      hibp = createServer((_request, response) => void response.end(`${'0'.repeat(35)}:0\r\n${suffix}:7`));
      hibp.listen(0, '127.0.0.1');
      await once(hibp, 'listening');
      const { port } = hibp.address() as AddressInfo;
      checked = await AppInProcess.start({
        DATABASE_URL: database.url,
        PASSWORD_CHECK_HIBP: 'true',
        PASSWORD_HIBP_URL: `http://127.0.0.1:${port}/range/`,
      });
    });
    afterAll(async () => {
      await checked.stop();
      hibp.closeAllConnections();
      hibp.close();
      await once(hibp, 'close');
    });

    it('are refused at registration and at a change', async () => {
      const owner = { email: `${randomUUID()}@example.org`, full_name: 'A' };
      expectRefusal(await register(BREACHED, owner, checked), 'password', BREACHED);
      const member = await signUp(GOOD, checked);
      expectRefusal(await change(member, BREACHED, checked), 'new_password', BREACHED);
      await logIn(checked, member);
    });

    it('are accepted by an application that does not look them up', async () => {
      await signUp(BREACHED);
    });

    it('are accepted when the list cannot be reached', async () => {
      const unreachable = await AppInProcess.start({
        DATABASE_URL: database.url,
        PASSWORD_CHECK_HIBP: 'true',
        PASSWORD_HIBP_URL: 'http://127.0.0.1:1/range',
      });
      await signUp(BREACHED, unreachable);
      await unreachable.stop();
    });
  });
});
