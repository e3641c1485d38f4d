import { addressOf, isSameNetwork } from '../../src/common/network.js';
import { IS_KNOWN, LoginHistory } from '../../src/sessions/login-history.js';
import { type Member, register } from './accounts.js';
import type { Answer } from './app-in-process.js';
import {
  Attempts,
  each,
  expectRefusal,
  PER_ACCOUNT,
  PER_ACCOUNT_AND_NETWORK,
  PER_NETWORK,
} from './attempts.js';

const REGISTRATIONS = 50;
const REFRESHES = 60;
const PROFILE_CHANGES = 60;
const PER_REFUSED_NETWORK = 1000;
const ATTACKERS = 150;
const LONG_MS = 180_000;

describe('attempts over HTTP', () => {
  const attempts = Attempts.ofSuite();
  const { newEmail, newAddress, attempt } = attempts;

  let owner: Member;
  const logIn = (ip: string, password: string, device?: string): Promise<Answer> =>
    attempts.logIn(owner, ip, password, device);

  beforeEach(async () => {
    await attempts.app.query('DELETE FROM limit_counts');
    owner = await register(attempts.app);
  });

  it(
    'from many addresses on one account do not lock its owner out',
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
      // The owner's own address is limited too, and wrong passwords are answered as elsewhere.
      for (let guess = 0; guess < PER_ACCOUNT_AND_NETWORK; guess++)
        expectRefusal(await logIn(home, 'wrong-Test1234'), 'login-account', PER_ACCOUNT);
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

  it('of an address that has used up its failures are answered alike, but for the owner who knows the password', async () => {
    const shared = newAddress();
    await expect(logIn(shared, owner.password)).resolves.toMatchObject({ status: 200 });
    const newcomer = await register(attempts.app);
    await each(PER_NETWORK, () => attempt(newEmail(), shared));
    const events = () => attempts.app.query('SELECT count(*) FROM audit_events');
    const before = await events();
    const as = (email: string, password: string) => attempts.logIn({ email }, shared, password);
    const ofOwner = await as(owner.email, 'wrong-Test1234');
    expectRefusal(ofOwner, 'login-network', PER_NETWORK);
    const comparable = ({ headers, body }: Answer) => ({
      headers: Object.keys(headers),
      body: { ...body, request_id: '' },
    });
    for (const [email, password] of [
      [newEmail(), 'wrong-Test1234'],
      [newcomer.email, 'wrong-Test1234'],
      [newcomer.email, newcomer.password],
    ] as const) {
      const answer = await as(email, password);
      expectRefusal(answer, 'login-network', PER_NETWORK);
      expect(comparable(answer)).toEqual(comparable(ofOwner));
    }
    await expect(events()).resolves.toEqual(before);
    await expect(as(owner.email, owner.password)).resolves.toMatchObject({ status: 200 });
    // More at once would wait too long for a connection.
    for (let made = 0; made < PER_REFUSED_NETWORK; made += 50)
      await each(50, () => attempt(newEmail(), shared));
    expectRefusal(await as(owner.email, owner.password), 'login-refused-network', PER_REFUSED_NETWORK);
  });

  it('are refused at the same cost however often the account was logged into', async () => {
    await logIn(newAddress(), owner.password);
    await attempts.app.query(
      `INSERT INTO sessions (id, user_id, refresh_jti, rotated_at, created_at, last_used_at, expires_at, ip)
       SELECT gen_random_uuid(), $1, gen_random_uuid(), now(), now(), now(), now() + interval '1 day', '10.9.' || n / 256 || '.' || n % 256
       FROM generate_series(1, 5000) AS n`,
      [owner.id],
    );
    await attempts.app.query('ANALYZE sessions');
    const [{ 'QUERY PLAN': plans }] = (await attempts.app.query(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${IS_KNOWN.text.replace('$2', '$2::text')}`,
      [owner.email, newAddress()],
    )) as [{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }];
    const { 'Shared Hit Blocks': hit = NaN, 'Shared Read Blocks': read = NaN } = plans[0].Plan;
    expect(hit + read).toBeLessThan(10);
  });

  it('are from the same network by the index and by the limits alike', async () => {
    const addresses = [
      '10.1.2.3', '10.1.2.4', '2001:db8::1', '2001:db8::ffff:1', '2001:db8:0:1::1', '::1', '::2', '1::', 'fe80::1', 'fe80::1%eth0',
      '64:ff9b::a01:203', '64:ff9b::a01:204', '::ffff:10.1.2.3', '2001:0DB8:0:0:1::',
    ].map((text) => addressOf(text)); // prettier-ignore
    const history = attempts.app.get(LoginHistory);
    for (const one of addresses) {
      await attempts.app.query('DELETE FROM sessions WHERE user_id = $1', [owner.id]);
      await logIn(one ?? '', owner.password);
      for (const other of addresses)
        expect([one, other, await history.hasLogin(owner.email, other)]).toEqual([
          one,
          other,
          isSameNetwork(one, other),
        ]);
    }
  });

  it('to register are limited for each network', async () => {
    const registration = (ip: string) =>
      attempts.app.call('POST', '/api/v1/auth/register', {
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
      attempts.app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token: token } });
    let token = owner.refreshToken;
    for (let index = 0; index < REFRESHES; index++) {
      const { status, body } = await refresh(token);
      expect(status).toBe(200);
      token = String(body['refresh_token']);
    }
    expectRefusal(await refresh(token), 'refresh', REFRESHES);
    const other = await register(attempts.app);
    await expect(refresh(other.refreshToken)).resolves.toMatchObject({ status: 200 });
  });

  it('to change the profile are limited for each account', async () => {
    const rename = (full_name: string, { token } = owner) =>
      attempts.app.call('PATCH', '/api/v1/users/me', { token, body: { full_name } });
    for (let index = 0; index < PROFILE_CHANGES; index++)
      await expect(rename(`Ada ${index}`)).resolves.toMatchObject({ status: 200 });
    expectRefusal(await rename('Ada'), 'profile', PROFILE_CHANGES);
    await expect(rename('Ada', await register(attempts.app))).resolves.toMatchObject({ status: 200 });
  });

  it('to guess the current password are limited for each session, and not by failed logins', async () => {
    const change = (current_password: string) =>
      attempts.app.call('POST', '/api/v1/users/me/change-password', {
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
