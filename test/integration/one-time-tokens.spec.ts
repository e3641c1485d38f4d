import { randomUUID } from 'node:crypto';
import { HotStatements } from '../../src/database/hot-statements.js';
import { ProblemError } from '../../src/http/problem.error.js';
import { OneTimeTokenCleanupService } from '../../src/one-time-tokens/one-time-token-cleanup.service.js';
import {
  PURPOSE_RULES,
  type TokenPurpose,
  type TokenToIssue,
} from '../../src/one-time-tokens/one-time-token.js';
import { OneTimeTokens } from '../../src/one-time-tokens/one-time-tokens.service.js';
import { searchPostgres, expectNowhere, searchText } from '../e2e/support/canary-search.js';
import { AppInProcess } from './app-in-process.js';
import { appSuite } from './app-suite.js';

/** For an active account. An account that waits for its deletion has `undo_deletion` alone: `erasure-grace.spec.ts`. */
const PURPOSES = (Object.keys(PURPOSE_RULES) as TokenPurpose[]).filter(
  (purpose) => purpose !== 'undo_deletion',
);
const byRule = (rule: (rules: (typeof PURPOSE_RULES)[TokenPurpose]) => boolean) =>
  PURPOSES.filter((purpose) => rule(PURPOSE_RULES[purpose]));

describe('a one-time token', () => {
  const { app, database } = appSuite();
  let tokens: OneTimeTokens;

  beforeAll(async () => {
    tokens = app.get(OneTimeTokens);
  });

  const issue = (toIssue: TokenToIssue) =>
    app.get(HotStatements).transaction(({ run }) => tokens.issueWithin(run, toIssue));
  const consume = (token: string, purpose: TokenPurpose) =>
    app.get(HotStatements).transaction(({ run }) => tokens.consumeWithin(run, token, purpose));
  /** The grant, or the code of the problem. */
  const outcome = (attempt: Promise<unknown>): Promise<unknown> =>
    attempt.catch((error: unknown) => (error instanceof ProblemError ? error.problem.code : error));
  const isGood = async (token: string, purpose: TokenPurpose) =>
    typeof (await outcome(tokens.peek(token, purpose))) === 'object';
  /** Without a mail, which would have tokens too. */
  const account = async () => {
    const [row] = (await app.query(
      `INSERT INTO users (id, email, password_hash, full_name, role)
       SELECT id, id || '@example.org', 'hash', 'A', 'student' FROM gen_random_uuid() AS id RETURNING id`,
    )) as { id: string }[];
    return row!.id;
  };

  it('has 256 bits that nobody guesses, and says whose it is and what it carries', async () => {
    const userId = await account();
    const data = { email: 'next@example.org' };
    const { token } = await issue({ purpose: 'change_email', userId, data });
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const grant = { purpose: 'change_email', userId, address: null, data };
    await expect(tokens.peek(token, 'change_email', 'register')).resolves.toEqual(grant);
    await expect(consume(token, 'change_email')).resolves.toEqual(grant);
  });

  it('works once, also when it is used many times at once', async () => {
    const userId = await account();
    const { token } = await issue({ purpose: 'reset_password', userId });
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => outcome(consume(token, 'reset_password'))),
    );
    expect(outcomes.filter((one) => one === 'one_time_token_invalid')).toHaveLength(19);
    await expect(isGood(token, 'reset_password')).resolves.toBe(false);
  });

  it('stays good when the transaction that used it fails', async () => {
    const { token } = await issue({ purpose: 'reset_password', userId: await account() });
    const failed = app.get(HotStatements).transaction(async ({ run }) => {
      await tokens.consumeWithin(run, token, 'reset_password');
      throw new Error('later');
    });
    await expect(failed).rejects.toThrow('later');
    await expect(isGood(token, 'reset_password')).resolves.toBe(true);
  });

  it('is good for its own purpose alone', async () => {
    const userId = await account();
    for (const purpose of PURPOSES) {
      const { token } = await issue({ purpose, userId, address: `${randomUUID()}@example.org` });
      for (const other of PURPOSES.filter((one) => one !== purpose))
        await expect(outcome(consume(token, other))).resolves.toBe('one_time_token_invalid');
      await expect(isGood(token, purpose)).resolves.toBe(true);
    }
  });

  it('holds for the minutes or days of its purpose, by the clock of PostgreSQL, and is removed then', async () => {
    const userId = await account();
    for (const purpose of PURPOSES) {
      const { id, token, expiresAt } = await issue({ purpose, userId });
      const minutes = (expiresAt.getTime() - Date.now()) / 60_000;
      expect(Math.round(minutes)).toBe(PURPOSE_RULES[purpose].life === 'short' ? 10 : 7 * 24 * 60);
      await app.query('UPDATE one_time_tokens SET expires_at = now() WHERE id = $1', [id]);
      await expect(outcome(consume(token, purpose))).resolves.toBe('one_time_token_invalid');
    }
    await expect(app.get(OneTimeTokenCleanupService).remove()).resolves.toBeGreaterThan(0);
    await expect(app.query('SELECT id FROM one_time_tokens WHERE user_id = $1', [userId])).resolves.toEqual(
      [],
    );
  });

  const CHANGES: Readonly<Record<string, readonly [sql: string, ends: readonly TokenPurpose[]]>> = {
    'the password': [
      `UPDATE users SET password_hash = 'other' WHERE id = $1`,
      byRule(({ bindsTo }) => bindsTo === 'credential'),
    ],
    'the absence of a password': [
      'UPDATE users SET password_hash = NULL WHERE id = $1',
      byRule(({ bindsTo }) => bindsTo === 'credential'),
    ],
    'the address': [
      `UPDATE users SET email = gen_random_uuid() || '@example.org' WHERE id = $1`,
      byRule(({ bindsTo }) => bindsTo !== 'nothing'),
    ],
    'the name': [`UPDATE users SET full_name = 'B' WHERE id = $1`, []],
    'whether the account is active': ['UPDATE users SET is_active = false WHERE id = $1', PURPOSES],
  };

  it.each(Object.entries(CHANGES))('ends by a change of %s where its purpose says so', async (_, change) => {
    const [statement, ends] = change;
    const userId = await account();
    const issued = await Promise.all(
      PURPOSES.map(async (purpose) => ({ purpose, ...(await issue({ purpose, userId })) })),
    );
    await app.query(statement, [userId]);
    for (const { purpose, token } of issued)
      expect({ purpose, isGood: await isGood(token, purpose) }).toEqual({
        purpose,
        isGood: !ends.includes(purpose),
      });
  });

  it('is given to no account that is deactivated or gone', async () => {
    const userId = await account();
    await app.query('UPDATE users SET is_active = false WHERE id = $1', [userId]);
    for (const id of [userId, randomUUID()])
      await expect(outcome(issue({ purpose: 'reset_password', userId: id }))).resolves.toBe('not_found');
  });

  it('ends the earlier ones of its account and purpose where its purpose says so, and no others', async () => {
    const [userId, other] = [await account(), await account()];
    for (const purpose of PURPOSES) {
      const foreign = await issue({ purpose, userId: other });
      const earlier = await issue({ purpose, userId });
      const later = await issue({ purpose, userId });
      const { replaces } = PURPOSE_RULES[purpose];
      await expect(isGood(earlier.token, purpose)).resolves.toBe(!replaces);
      for (const { token } of [later, foreign]) await expect(isGood(token, purpose)).resolves.toBe(true);
    }
  });

  it('is alone in its purpose also when several are issued at once', async () => {
    const userId = await account();
    const issued = await Promise.all(
      Array.from({ length: 8 }, () => issue({ purpose: 'reset_password', userId })),
    );
    const good = await Promise.all(issued.map(({ token }) => isGood(token, 'reset_password')));
    expect(good.filter(Boolean)).toHaveLength(1);
  });

  it('of an address that has no account ends no other one of the address', async () => {
    const address = `${randomUUID()}@example.org`;
    const [one, other] = [
      await issue({ purpose: 'register', address }),
      await issue({ purpose: 'register', address }),
    ];
    for (const { token } of [one, other]) await expect(isGood(token, 'register')).resolves.toBe(true);
  });

  it('is nowhere in the database: its digest alone is stored', async () => {
    const userId = await account();
    const issued = await Promise.all(
      PURPOSES.map((purpose) => issue({ purpose, userId, address: `${randomUUID()}@example.org` })),
    );
    const places = await searchPostgres(database.url);
    expect(searchText(places, [userId])).not.toEqual([]);
    const bytes = issued.map(({ token }) => Buffer.from(token, 'base64url').toString('hex'));
    for (const needles of [issued.map(({ token }) => token.slice(0, 20)), bytes])
      expectNowhere(places, needles);
  });

  it('is derived from its id: the mail is written again with the same one, and not after its use', async () => {
    const userId = await account();
    const { id, token } = await issue({ purpose: 'reset_password', userId });
    const find = () =>
      app.get(HotStatements).transaction(({ run }) => tokens.findWithin(run, 'reset_password', id));
    await expect(find()).resolves.toMatchObject({ id, token });
    await consume(token, 'reset_password');
    await expect(find()).resolves.toBeUndefined();
  });

  it('that was sent works also after JWT_SECRET changed; no mail has it again', async () => {
    const userId = await account();
    const { id, token } = await issue({ purpose: 'reset_password', userId });
    const other = await AppInProcess.start({ DATABASE_URL: database.url });
    const ofOther = other.get(OneTimeTokens);
    const found = other
      .get(HotStatements)
      .transaction(({ run }) => ofOther.findWithin(run, 'reset_password', id));
    await expect(found).resolves.toBeUndefined();
    await expect(ofOther.peek(token, 'reset_password')).resolves.toMatchObject({ userId });
    await other.stop();
  });
});
