import { setTimeout as pause } from 'node:timers/promises';
import { FollowerConnection } from '../../src/log/follower-connection.js';
import { sql } from '../support/postgres/sql.js';
import { withRedis } from '../support/redis/redis-connection.js';
import { waitFor } from '../support/wait-for.js';
import { getMe, register } from './accounts.js';
import { redisAppSuite } from './app-suite.js';

const ACCEPTANCE_MS = 1000;

describe('a virtual machine that is paused with its clocks', () => {
  const { app, database, redis } = redisAppSuite();
  let endPause: (reason: Error) => void = () => undefined;

  beforeAll(async () => {
    await app.trusted();
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    endPause(new Error('stopped'));
  });

  const redisTime = async () => {
    const [seconds] = (await withRedis(redis.url, (connection) => connection.send('TIME'))) as string[];
    return Number(seconds) * 1000;
  };

  it('accepts nothing from Redis that was revoked meanwhile, because the time of Redis went on', async () => {
    const member = await register(app);
    await waitFor(async () => (await getMe(app, member)) === '200', { what: 'the entry' });
    // The follower reads nothing more, and both clocks of the process stand still.
    const paused = jest
      .spyOn(FollowerConnection.prototype, 'pause')
      .mockImplementation(() => new Promise((_, reject) => (endPause = reject)));
    await waitFor(() => paused.mock.calls.length > 0, { what: 'the follower to be held' });
    jest.spyOn(performance, 'now').mockReturnValue(performance.now());
    jest.spyOn(Date, 'now').mockReturnValue(Date.now());
    expect(await getMe(app, member)).toBe('200');
    await sql(
      database.url,
      `UPDATE sessions SET revoked_at = now(), revoke_reason = 'revoked_by_admin' WHERE id = $1`,
      [member.sessionId],
    );
    const from = await redisTime();
    while ((await redisTime()) - from <= ACCEPTANCE_MS + 1000) await pause(50);
    expect(await getMe(app, member)).toBe('401 token_revoked');
  });
});
