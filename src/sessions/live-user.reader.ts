import { Injectable } from '@nestjs/common';
import { Standing } from '../standing/standing.js';
import { UserCacheService, type UserRead } from '../cache/user-cache.service.js';
import { ACCOUNT_COLUMNS, accountOf, type AccountRow } from '../common/principal.js';
import { DatabaseTimeoutError } from '../common/database-errors.js';
import { Deadline } from '../common/deadline.js';
import { FreshReads } from '../common/fresh-reads.js';
import { RedisWaits } from '../common/redis-waits.js';
import { AppConfig } from '../config/app-config.js';
import { isLive } from '../database/live-session.js';
import { type HotStatement, HotStatements } from '../database/hot-statements.js';

/** `now()` is from before the statement's snapshot, so that nothing that was committed before `read_at` is missing in the answer. */
const LIVE_USER: HotStatement = {
  name: 'live_user',
  text: `
  SELECT ${ACCOUNT_COLUMNS.map((column) => `u.${column}`).join(', ')}, live.sessions,
         floor(extract(epoch FROM now()) * 1000)::float8 AS read_at,
         floor(extract(epoch FROM live.first_end) * 1000)::float8 AS expires_at
  FROM users u CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(s.id::text), '{}') AS sessions, min(s.expires_at) AS first_end FROM sessions s
    WHERE s.user_id = u.id AND u.is_active AND ${isLive('s')}) AS live
  WHERE u.id = $1`,
};

interface LiveUserRow extends AccountRow {
  sessions: string[];
  read_at: number;
  expires_at: number | null;
}

/** What PostgreSQL says of a user and the sessions that are live now; the answer goes into the cache on the way. */
@Injectable()
export class LiveUserReader {
  private readonly deadline: Deadline;
  private readonly reads = new FreshReads<UserRead>();

  constructor(
    private readonly statements: HotStatements,
    private readonly cache: UserCacheService,
    standing: Standing,
    config: AppConfig,
  ) {
    this.deadline = new Deadline(config.database.timeoutMs);
    standing.onLoss(() => this.deadline.expireAll());
  }

  /**
   * @param waits of the request
   * @returns what PostgreSQL says; the read began after the call
   * @throws DatabaseTimeoutError when this read, and an earlier one that it waits for, together exceed the deadline of the database, and as soon as PostgreSQL
   *   is proven to be out of reach
   * @throws NoPrimaryError when the server that answers may lack what others have acknowledged
   */
  read(userId: string, waits = new RedisWaits()): Promise<UserRead> {
    const askedAt = performance.now();
    const reading = this.reads.read(userId, () => {
      // The read of another request that went before may have waited for Redis.
      waits.add(performance.now() - askedAt);
      return this.cache.load(userId, () => this.query(userId), waits);
    });
    return this.deadline.bound(reading, () => new DatabaseTimeoutError());
  }

  private async query(userId: string): Promise<UserRead> {
    const { rows, history } = await this.statements.read<LiveUserRow>(LIVE_USER, [userId]);
    const [row] = rows;
    if (row === undefined) return { user: undefined, history, readAt: 0, expiresAt: 0 };
    const user = Object.assign(accountOf(row), { sessions: row.sessions });
    return { user, history, readAt: row.read_at, expiresAt: row.expires_at ?? Infinity };
  }
}
