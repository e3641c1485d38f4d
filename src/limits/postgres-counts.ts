import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { HotStatement, HotStatements } from '../database/hot-statements.js';
import { type Limit, WINDOW_SECONDS } from './limit.js';

const REMAINING = `greatest(0, ceil(extract(epoch FROM expires_at - clock_timestamp()) * 1000))::float8 AS "remainingMs"`;

/** Counts one attempt, unless the limit is reached. A refused attempt writes nothing, and the count is above the limit then. */
export const COUNT: HotStatement = {
  name: 'count_attempt',
  text: `
  WITH counted AS (
    INSERT INTO limit_counts AS current (key, count, expires_at)
    VALUES ($1, 1, clock_timestamp() + make_interval(secs => $2))
    ON CONFLICT (key) DO UPDATE SET
      count = CASE WHEN current.expires_at <= clock_timestamp() THEN 1 ELSE current.count + 1 END,
      expires_at = CASE WHEN current.expires_at <= clock_timestamp() THEN excluded.expires_at ELSE current.expires_at END
    WHERE current.expires_at <= clock_timestamp() OR current.count < $3
    RETURNING count, expires_at
  )
  SELECT count, ${REMAINING} FROM counted
  UNION ALL
  SELECT $3::int + 1, ${REMAINING} FROM limit_counts WHERE key = $1 AND NOT EXISTS (SELECT FROM counted)`,
};

const GIVE_BACK: HotStatement = {
  name: 'give_attempt_back',
  text: `
  UPDATE limit_counts SET count = greatest(0, count - $2) WHERE key = $1 AND expires_at > clock_timestamp()
  RETURNING count, ${REMAINING}`,
};

const CLEAR: HotStatement = {
  name: 'clear_attempts',
  text: 'DELETE FROM limit_counts WHERE key = $1 RETURNING key',
};

export interface CountRow {
  count: number;
  remainingMs: number;
}

/**
 * Counts in PostgreSQL. The library's own statements compare times of the instances' clocks, and count refused attempts too;
 * these use PostgreSQL's clock and pool.
 */
export class PostgresCounts extends RateLimiterPostgres {
  constructor(
    private readonly statements: HotStatements,
    { name, attempts }: Limit,
  ) {
    super({
      storeClient: statements,
      storeType: 'client',
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: name,
      points: attempts,
      duration: WINDOW_SECONDS,
    });
  }

  // The methods that the library's stores implement.

  async _upsert(key: string, change: number, windowMs: number): Promise<CountRow> {
    const [row] =
      change > 0
        ? await this.statements.run<CountRow>(COUNT, [key, windowMs / 1000, this.points])
        : await this.statements.run<CountRow>(GIVE_BACK, [key, -change]);
    if (row !== undefined) return row;
    // The count was written or deleted while the statement ran. An attempt that was not counted is not allowed.
    return change > 0 ? { count: this.points + 1, remainingMs: 1000 } : { count: 0, remainingMs: 0 };
  }

  async _delete(key: string): Promise<boolean> {
    return (await this.statements.run(CLEAR, [key])).length > 0;
  }

  _getRateLimiterRes(_key: string, _change: number, { count, remainingMs }: CountRow): RateLimiterRes {
    return new RateLimiterRes(Math.max(0, this.points - count), remainingMs, count, false);
  }
}
