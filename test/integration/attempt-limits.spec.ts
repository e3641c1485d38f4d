import { parseList } from 'structured-headers';
import { AttemptLimits } from '../../src/auth/attempt-limits.service.js';
import { DatabaseTimeoutError } from '../../src/common/database-errors.js';
import { ProblemError } from '../../src/http/problem.error.js';
import { LimitCleanupService } from '../../src/limits/limit-cleanup.service.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { register, type Member } from './accounts.js';
import { type Answer, AppInProcess } from './app-in-process.js';

const PER_ACCOUNT_AND_NETWORK = 10;
const PER_NETWORK = 100;
const PER_ACCOUNT = 100;
const REGISTRATIONS = 50;
const REFRESHES = 60;
const ATTACKERS = 1000;
const LONG_MS = 180_000;
const WINDOW_SECONDS = 900;

describe('attempts', () => {
  let database: TestDatabase;
  let app: AppInProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, RATE_LIMIT_ENABLED: 'true', TRUSTED_PROXIES: '1' };
    app = await AppInProcess.start(env);
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  let nextAccount = 0;
  const newEmail = () => `account-${nextAccount++}@example.org`;
  let nextHost = 0;
  const newAddress = () => `10.0.${nextHost >> 8}.${nextHost++ & 255}`;
  const each = <T>(length: number, make: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length }, (_, index) => make(index)));

  /** What the check answered, or the status of the refusal. The check is no password hash: it answers at once. */
  const attempt = (email: string, ip: string | null, answer?: string): Promise<unknown> =>
    app
      .get(AttemptLimits)
      .login(email, ip, async () => answer)
      .catch((error: unknown) => (error instanceof ProblemError ? error.problem.status : error));

  const endWindows = () => app.query(`UPDATE limit_counts SET expires_at = now() - interval '1 second'`);

  describe('to log in', () => {
    it('are refused after ten failures of one account from one address, and not from another', async () => {
      const [email, ip] = [newEmail(), newAddress()];
      await each(PER_ACCOUNT_AND_NETWORK - 1, () => attempt(email, ip));
      await expect(attempt(email, ip)).resolves.toBeUndefined();
      await expect(attempt(email, ip, 'the right password')).resolves.toBe(429);
      await expect(attempt(email.toUpperCase(), ip)).resolves.toBe(429);
      await expect(attempt(email, newAddress(), 'the right password')).resolves.toBe('the right password');
      await expect(attempt(newEmail(), ip)).resolves.toBeUndefined();
    });

    it('are refused after a hundred failures from one address, for any account', async () => {
      const ip = newAddress();
      await each(PER_NETWORK - 1, () => attempt(newEmail(), ip));
      await expect(attempt(newEmail(), ip)).resolves.toBeUndefined();
      await expect(attempt(newEmail(), ip, 'the right password')).resolves.toBe(429);
      await expect(attempt(newEmail(), newAddress())).resolves.toBeUndefined();
    });

    it('are refused after a hundred failures of one account, from any address', async () => {
      const email = newEmail();
      await each(PER_ACCOUNT, () => attempt(email, newAddress()));
      await expect(attempt(email, newAddress(), 'the right password')).resolves.toBe(429);
      await expect(attempt(newEmail(), newAddress())).resolves.toBeUndefined();
    });

    it('are counted together for an IPv6 /64', async () => {
      const email = newEmail();
      await each(PER_ACCOUNT_AND_NETWORK, (host) => attempt(email, `2001:db8:1:2::${host + 1}`));
      await expect(attempt(email, '2001:db8:1:2:ffff::1')).resolves.toBe(429);
      await expect(attempt(email, '2001:db8:1:3::1')).resolves.toBeUndefined();
    });

    it('are refused as often when they are made in parallel', async () => {
      const [email, ip] = [newEmail(), newAddress()];
      const answers = await each(3 * PER_ACCOUNT_AND_NETWORK, () => attempt(email, ip));
      expect(answers.filter((answer) => answer === undefined)).toHaveLength(PER_ACCOUNT_AND_NETWORK);
    });

    it('are accepted again once the window of the first failure has ended', async () => {
      const [email, ip] = [newEmail(), newAddress()];
      await each(PER_ACCOUNT_AND_NETWORK, () => attempt(email, ip));
      await expect(attempt(email, ip)).resolves.toBe(429);
      await endWindows();
      await expect(attempt(email, ip)).resolves.toBeUndefined();
    });

    it('do not extend the window', async () => {
      const [email, ip] = [newEmail(), newAddress()];
      await attempt(email, ip);
      await app.query(`UPDATE limit_counts SET expires_at = now() + interval '60 seconds'`);
      await each(2 * PER_ACCOUNT_AND_NETWORK, () => attempt(email, ip));
      const error: unknown = await app
        .get(AttemptLimits)
        .login(email, ip, () => Promise.resolve(1))
        .catch((reason: unknown) => reason);
      expect(Number((error as ProblemError).problem.headers?.['retry-after'])).toBeLessThanOrEqual(60);
    });

    it('are not counted when they end with an error, when they succeed, or when they are refused', async () => {
      const [email, ip] = [newEmail(), newAddress()];
      const outage = () =>
        app.get(AttemptLimits).login(email, ip, () => Promise.reject(new DatabaseTimeoutError()));
      for (let index = 0; index < PER_ACCOUNT_AND_NETWORK; index++)
        await expect(outage()).rejects.toThrow('timeout');
      for (let index = 0; index < PER_NETWORK; index++)
        await expect(attempt(email, ip, 'right')).resolves.toBe('right');
      await each(PER_ACCOUNT_AND_NETWORK, () => attempt(email, ip));
      await each(PER_NETWORK, () => attempt(email, ip));
      await expect(attempt(newEmail(), ip)).resolves.toBeUndefined();
    });

    it('are counted from zero again for the account and the address after a success', async () => {
      const [email, ip] = [newEmail(), newAddress()];
      await each(PER_ACCOUNT_AND_NETWORK - 1, () => attempt(email, ip));
      await expect(attempt(email, ip, 'right')).resolves.toBe('right');
      await each(PER_ACCOUNT_AND_NETWORK - 1, () => attempt(email, ip));
      await expect(attempt(email, ip, 'right')).resolves.toBe('right');
    });

    it('leave no counts behind once their windows have ended', async () => {
      await attempt(newEmail(), newAddress());
      await expect(app.get(LimitCleanupService).removeExpired()).resolves.toEqual(expect.any(Number));
      await expect(app.query('SELECT FROM limit_counts')).resolves.not.toHaveLength(0);
      await endWindows();
      await app.get(LimitCleanupService).removeExpired();
      await expect(app.query('SELECT FROM limit_counts')).resolves.toHaveLength(0);
    });
  });

  describe('over HTTP', () => {
    let owner: Member;
    const logIn = (ip: string, password: string, device?: string): Promise<Answer> =>
      app.call('POST', '/api/v1/auth/login/json', {
        headers: { 'x-forwarded-for': ip, ...(device === undefined ? {} : { 'device-token': device }) },
        body: { email: owner.email, password },
      });

    beforeEach(async () => {
      await app.query('DELETE FROM limit_counts');
      owner = await register(app);
    });

    /** A 429 problem whose headers a stock parser of structured fields reads. */
    const expectRefusal = ({ status, headers, body }: Answer, name: string, attempts: number) => {
      expect({ status, code: body['code'] }).toEqual({ status: 429, code: 'too_many_requests' });
      expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
      const seconds = Number(headers['retry-after']);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(WINDOW_SECONDS);
      const policy = parseList(String(headers['ratelimit-policy']));
      expect(policy).toEqual([[name, new Map([['q', attempts], ['w', WINDOW_SECONDS]])]]); // prettier-ignore
      expect(parseList(String(headers['ratelimit']))).toEqual([[name, new Map([['r', 0], ['t', seconds]])]]); // prettier-ignore
    };

    it(
      'from a thousand addresses on one account do not lock its owner out',
      async () => {
        const home = newAddress();
        await expect(logIn(home, owner.password)).resolves.toMatchObject({ status: 200 });
        const { headers } = await logIn(newAddress(), owner.password);
        const device = String(headers['device-token']);
        const statuses: number[] = [];
        const attackers = Array.from({ length: ATTACKERS }, () => newAddress());
        // As many at once as the queue of the hashes has places.
        const lane = async () => {
          for (let ip = attackers.pop(); ip !== undefined; ip = attackers.pop())
            statuses.push((await logIn(ip, 'wrong-Test1234')).status);
        };
        await Promise.all(Array.from({ length: 20 }, lane));
        expect(statuses.filter((status) => status === 401)).toHaveLength(PER_ACCOUNT);
        expect(statuses.filter((status) => status === 429)).toHaveLength(ATTACKERS - PER_ACCOUNT);
        await expect(logIn(home, owner.password)).resolves.toMatchObject({ status: 200 });
        expectRefusal(await logIn(newAddress(), owner.password), 'login-account', PER_ACCOUNT);
        // From a network where nobody has logged in, by the device alone.
        await expect(logIn(newAddress(), owner.password, device)).resolves.toMatchObject({ status: 200 });
        // The owner's own address is limited too.
        for (let guess = 0; guess < PER_ACCOUNT_AND_NETWORK; guess++)
          await expect(logIn(home, 'wrong-Test1234')).resolves.toMatchObject({ status: 401 });
        expectRefusal(await logIn(home, owner.password), 'login-account-network', PER_ACCOUNT_AND_NETWORK);
      },
      LONG_MS,
    );

    it('on other accounts do not lock an owner out who shares the address', async () => {
      const shared = newAddress();
      await expect(logIn(shared, owner.password)).resolves.toMatchObject({ status: 200 });
      await each(PER_NETWORK, () => attempt(newEmail(), shared));
      await expect(attempt(newEmail(), shared)).resolves.toBe(429);
      await expect(logIn(shared, owner.password)).resolves.toMatchObject({ status: 200 });
    });

    it('to register are limited for each network', async () => {
      const registration = (ip: string) =>
        app.call('POST', '/api/v1/auth/register', {
          headers: { 'x-forwarded-for': ip },
          body: { email: owner.email, password: 'Test1234', full_name: 'A' },
        });
      for (let index = 0; index < REGISTRATIONS; index++)
        await expect(registration(`2001:db8:9::${index + 1}`)).resolves.toMatchObject({ status: 409 });
      expectRefusal(await registration('2001:db8:9::ffff'), 'register', REGISTRATIONS);
      await expect(registration('2001:db8:10::1')).resolves.toMatchObject({ status: 409 });
    });

    it('to refresh are limited for each session', async () => {
      const refresh = (token: string) =>
        app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token: token } });
      let token = owner.refreshToken;
      for (let index = 0; index < REFRESHES; index++) {
        const { status, body } = await refresh(token);
        expect(status).toBe(200);
        token = String(body['refresh_token']);
      }
      expectRefusal(await refresh(token), 'refresh', REFRESHES);
      const other = await register(app);
      await expect(refresh(other.refreshToken)).resolves.toMatchObject({ status: 200 });
    });

    it('to guess the current password are limited for each session, and not by failed logins', async () => {
      const change = (current_password: string) =>
        app.call('POST', '/api/v1/users/me/change-password', {
          token: owner.token,
          body: { current_password, new_password: 'a new horse battery' },
        });
      const ip = '127.0.0.1';
      await each(2 * PER_ACCOUNT_AND_NETWORK, () => attempt(owner.email, ip));
      for (let guess = 0; guess < PER_ACCOUNT_AND_NETWORK; guess++)
        await expect(change('wrong-Test1234')).resolves.toMatchObject({ status: 403 });
      expectRefusal(await change(owner.password), 'change-password', PER_ACCOUNT_AND_NETWORK);
    });
  });
});
