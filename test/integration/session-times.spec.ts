import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { keepMails } from './letters.js';
import { logIn, register, verdictOf, type Member } from './accounts.js';
import { appSuite, connectedClient } from './app-suite.js';

const HOUR_MS = 3_600_000;
const TOLERANCE_MS = 60_000;

interface Times {
  now: Date;
  created_at: Date;
  rotated_at: Date;
  last_used_at: Date;
  expires_at: Date;
}

describe('the times of sessions', () => {
  const { app, database } = appSuite({ SESSIONS_PER_USER: '1', REFRESH_TOKEN_EXPIRE_DAYS: '7' });

  beforeAll(async () => {
    // A mail that is written locks its account, too.
    await keepMails(app);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const setClock = (offsetMs: number) => {
    jest.useFakeTimers({ now: Date.now() + offsetMs, advanceTimers: true });
  };
  const times = async ({ sessionId }: Member) => {
    const rows = await app.query('SELECT *, now() AS now FROM sessions WHERE id = $1', [sessionId]);
    return (rows as Times[])[0]!;
  };
  const issuedAtMs = (token: string) => {
    const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    return (JSON.parse(claims) as { iat: number }).iat * 1000;
  };
  const isNear = (one: number, other: number) => Math.abs(one - other) < TOLERANCE_MS;

  it.each([
    ['ahead', HOUR_MS],
    ['behind', -HOUR_MS],
  ])("come from PostgreSQL's clock when the instance is an hour %s", async (_, offsetMs) => {
    const account = await register(app);
    setClock(offsetMs);
    const member = await logIn(app, account);
    const opened = await times(member);
    for (const at of [opened.created_at, opened.rotated_at, opened.last_used_at]) {
      expect(at.getTime()).toBeLessThanOrEqual(opened.now.getTime());
      expect(isNear(at.getTime(), opened.now.getTime())).toBe(true);
    }
    expect(opened.expires_at.getTime() - opened.created_at.getTime()).toBe(7 * 24 * HOUR_MS);
    expect(isNear(issuedAtMs(member.token), opened.now.getTime())).toBe(true);
    expect(isNear(issuedAtMs(member.refreshToken), opened.now.getTime())).toBe(true);
    const body = { refresh_token: member.refreshToken };
    for (const outcome of ['rotated', 'repeated']) {
      const answer = await app.call('POST', '/api/v1/auth/refresh', { body });
      const issued = issuedAtMs(String(answer.body['access_token']));
      expect([outcome, isNear(issued, opened.now.getTime())]).toEqual([outcome, true]);
    }
  });

  it('do not make the cap end the session just opened instead of the other one', async () => {
    const first = await register(app);
    await app.query(`UPDATE sessions SET created_at = now() + interval '1 day' WHERE id = $1`, [
      first.sessionId,
    ]);
    const second = await logIn(app, first);
    await expect(verdictOf(app, second)).resolves.toBe('student');
    await expect(verdictOf(app, first)).resolves.toBe('revoked');
  });

  it('are taken after a login has waited for the account', async () => {
    const account = await register(app);
    const operator = await connectedClient(database.url);
    await operator.query('BEGIN');
    await operator.query('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE', [account.id]);
    const loggedIn = logIn(app, account);
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await waitFor(async () => (await sql(database.url, waiting)).length === 1, { what: 'the login to wait' });
    const { rows } = await operator.query<{ at: Date }>('SELECT clock_timestamp() AS at');
    await operator.query('COMMIT');
    await operator.end();
    const { created_at: createdAt } = await times(await loggedIn);
    expect(createdAt.getTime()).toBeGreaterThanOrEqual(rows[0]!.at.getTime());
  });
});
