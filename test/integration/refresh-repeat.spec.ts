import { randomUUID } from 'node:crypto';
import { addressOf } from '../../src/common/network.js';
import { type Answer } from './app-in-process.js';
import { expectAnswer, claimsOf, register, verdictOf, type Member } from './accounts.js';
import { appSuite } from './app-suite.js';

const OWNER = '203.0.113.7';
const OWNER_V6 = '2001:db8:1:2::1';
const AGENT = 'Owner/1.0';

interface Client {
  ip?: string;
  agent?: string;
  key?: string;
}

describe('a refresh that is repeated', () => {
  const { app } = appSuite({ TRUSTED_PROXIES: '1', SESSION_MAX_DAYS: '30' });
  let member: Member;

  beforeEach(async () => {
    member = await register(app);
  });

  const refresh = (token: string, { ip = OWNER, agent = AGENT, key }: Client = {}) =>
    app.call('POST', '/api/v1/auth/refresh', {
      body: { refresh_token: token },
      headers: {
        'x-forwarded-for': ip,
        'user-agent': agent,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
    });
  const successorOf = ({ status, body }: Answer): string => {
    expect(status).toBe(200);
    return String(body['refresh_token']);
  };
  const session = async () => {
    const rows = await app.query('SELECT * FROM sessions WHERE id = $1', [member.sessionId]);
    return (rows as Record<string, unknown>[])[0] ?? {};
  };
  const age = (seconds: number) =>
    app.query('UPDATE sessions SET rotated_at = rotated_at - make_interval(secs => $2) WHERE id = $1', [
      member.sessionId,
      seconds,
    ]);
  const repetitions = () =>
    app.query(
      `SELECT user_id, actor_id, session_id, ip, user_agent FROM audit_events
       WHERE action = 'session.refresh_repeated' AND session_id = $1`,
      [member.sessionId],
    );

  async function expectSuccessor(first: Client, again: Client): Promise<void> {
    const successor = successorOf(await refresh(member.refreshToken, first));
    expect(successorOf(await refresh(member.refreshToken, again))).toBe(successor);
    await expect(repetitions()).resolves.toEqual([
      {
        user_id: member.id,
        actor_id: null,
        session_id: member.sessionId,
        ip: addressOf(again.ip ?? OWNER),
        user_agent: again.agent ?? AGENT,
      },
    ]);
    await expect(refresh(successor, again)).resolves.toMatchObject({ status: 200 });
  }

  async function expectReuse(again: Client, token = member.refreshToken): Promise<void> {
    await expectAnswer(refresh(token, again), 401, { code: 'token_revoked' });
    await expect(session()).resolves.toMatchObject({ revoke_reason: 'refresh_token_reuse' });
    await expect(verdictOf(app, member)).resolves.toBe('revoked');
    await expect(repetitions()).resolves.toEqual([]);
  }

  describe('after an exchange without a key', () => {
    it.each<[string, Client, Client]>([
      ['by the same client', {}, {}],
      ['from the mapped form of its address', {}, { ip: `::ffff:${OWNER}` }],
      ['from the same /64', { ip: OWNER_V6 }, { ip: '2001:db8:1:2:abcd::9' }],
    ])('%s gets the same successor within the grace period', async (_, first, again) => {
      await expectSuccessor(first, again);
    });

    it.each<[string, Client, Client]>([
      ['from another address', {}, { ip: '203.0.113.8' }],
      ['from another /64', { ip: OWNER_V6 }, { ip: '2001:db8:1:3::1' }],
      ['with another user agent', {}, { agent: 'Thief/1.0' }],
      ['with a key only the second time', {}, { key: randomUUID() }],
    ])('%s is taken for theft within the grace period', async (_, first, again) => {
      await refresh(member.refreshToken, first);
      await expectReuse(again);
    });

    it('is taken for theft after the grace period', async () => {
      await refresh(member.refreshToken);
      await age(11);
      await expectReuse({});
    });
  });

  describe('after an exchange with a key', () => {
    const key = randomUUID();

    it.each<[string, number, Client]>([
      ['within the grace period', 0, {}],
      ['after the grace period', 3600, {}],
      ['from elsewhere, with another user agent', 3600, { ip: '198.51.100.1', agent: 'Owner/2.0' }],
    ])('gets the same successor with that key %s', async (_, seconds, from) => {
      const successor = successorOf(await refresh(member.refreshToken, { key }));
      await age(seconds);
      const again = successorOf(await refresh(member.refreshToken, { ...from, key }));
      // The time of the exchange, which was moved, is in the token.
      expect(claimsOf(again).jti).toBe(claimsOf(successor).jti);
      await expect(refresh(successor, { key: randomUUID() })).resolves.toMatchObject({ status: 200 });
    });

    it.each<[string, Client]>([
      ['another key', { key: randomUUID() }],
      ['no key', {}],
    ])('is taken for theft with %s', async (_, again) => {
      await refresh(member.refreshToken, { key });
      await expectReuse(again);
    });

    it('is taken for theft once the successor was exchanged', async () => {
      const successor = successorOf(await refresh(member.refreshToken, { key }));
      await refresh(successor, { key: randomUUID() });
      await expectReuse({ key });
    });

    it('does not prevent a repeated exchange without a key afterwards', async () => {
      const successor = successorOf(await refresh(member.refreshToken, { key }));
      const next = successorOf(await refresh(successor));
      expect(successorOf(await refresh(successor))).toBe(next);
    });

    it('leaves only a digest of the key in the database', async () => {
      await refresh(member.refreshToken, { key });
      const rows = await app.query('SELECT sessions::text AS row FROM sessions WHERE id = $1', [
        member.sessionId,
      ]);
      expect((rows as { row: string }[])[0]?.row).not.toContain(key);
      expect((await session())['rotation_key']).toHaveLength(32);
    });
  });

  it.each([
    ['is empty', ''],
    ['has a space', 'a b'],
    ['is too long', 'x'.repeat(256)],
    ['has other characters', 'schlüssel'],
  ])('with a key that %s is refused, and nothing is exchanged', async (_, key) => {
    await expectAnswer(refresh(member.refreshToken, { key }), 422, {
      code: 'validation_failed',
      errors: [{ field: 'Idempotency-Key' }],
    });
    await expect(session()).resolves.toMatchObject({ previous_refresh_jti: null });
  });

  it('with a key of 255 characters is accepted', async () => {
    await expectAnswer(refresh(member.refreshToken, { key: '~'.repeat(255) }), 200);
  });

  it.each<[string, Client]>([
    ['from another address', { ip: '198.51.100.66' }],
    ['with another user agent', { agent: 'Thief/1.0' }],
    ['with a key of its own', { key: randomUUID() }],
  ])("by a thief %s, after the owner's refresh, ends the session", async (_, thief) => {
    const stolen = member.refreshToken;
    const successor = successorOf(await refresh(stolen));
    await expectReuse(thief, stolen);
    await expect(refresh(successor)).resolves.toMatchObject({ status: 401 });
  });
});

describe('with a grace period of 0', () => {
  const { app } = appSuite({ REFRESH_GRACE_SECONDS: '0' });

  const refresh = (refresh_token: unknown, headers: Record<string, string> = {}) =>
    app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token }, headers });

  it('a refresh can be repeated with its key, and the answer has the same successor', async () => {
    const member = await register(app);
    const headers = { 'idempotency-key': randomUUID() };
    const first = await refresh(member.refreshToken, headers);
    const second = await refresh(member.refreshToken, headers);
    expect(second.status).toBe(200);
    expect(second.body['refresh_token']).toBe(first.body['refresh_token']);
    expect(second.body['access_token']).not.toBe(first.body['access_token']);
  });

  it('a refresh cannot be repeated without a key', async () => {
    const member = await register(app);
    await refresh(member.refreshToken);
    await expectAnswer(refresh(member.refreshToken), 401, { code: 'token_revoked' });
  });
});
