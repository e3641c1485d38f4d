import { type Mutant, mutantsOf } from './mutant.js';

const FOLLOWER = 'src/log/invalidation-follower.ts';
const LOG = 'src/log/invalidation-log.ts';
const ACCEPTANCE_SPEC = 'test/integration/acceptance.spec.ts';

/** Mutants of the model in docs/model, and what the bounds in time of the README need. */
export const MODEL_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(FOLLOWER, ACCEPTANCE_SPEC)`
    FROMEND: the right counts from the end of a page | although its page was applied just now
      - renew(Math.min(reading.beganAt, ${''}
      + renew(Math.min(performance.now(), ${''}
    GRANTFIRST: the right is granted before the page is applied | is read and not yet applied
      - await this.apply(page);
      + this.following.renew(reading.beganAt);
      +     await this.apply(page);
  `,
  ...mutantsOf('src/cache/trusted-cache.ts', ACCEPTANCE_SPEC)`
    ONLYTRUSTED: pages are not applied to a Redis connection that is being replayed
      | while the log was replayed on a new connection to Redis
      - await this.store.delete(keys);
      + if (this.trust.isStoreTrusted) await this.store.delete(keys);
  `,
  ...mutantsOf('src/log/replay.service.ts', ACCEPTANCE_SPEC)`
    PREPAREONCE: whether the log is followed is not checked after the replay of a Redis connection
      | when the log was lost while it was replayed
      - if (this.demandReading() !== history)
      + if (history === '')
  `,
  ...mutantsOf('src/sessions/live-user.reader.ts', ACCEPTANCE_SPEC)`
    READLATE: the time of a read is taken after its snapshot | began before a skipped part of the log
      - floor(extract(epoch FROM now()) * 1000)::float8 AS read_at
      + floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS read_at
  `,
  ...mutantsOf(LOG, 'test/integration/log-position.spec.ts')`
    FLOOREARLY: the floor of a page is a time from before its snapshot | not before its snapshot
      - clock_timestamp())::float8 * 1000 AS database_ms, pg_current_snapshot()
      + now())::float8 * 1000 AS database_ms, pg_current_snapshot()
    FLOOREARLY: the floor of a replay is a time from before its snapshot | not before its snapshot
      - greatest(clock_timestamp(), (SELECT
      + greatest(now(), (SELECT
    REPLAYNOLIMIT: a replay that is too large fails | too many rows for a replay
      -   if (reach === null || line.rows
      +   if (line.rows > MAX_REPLAYED_ROWS) throw new RangeError('too many rows');
      +   if (reach === null || line.rows
  `,
  ...mutantsOf(FOLLOWER, 'test/integration/invalidation-follower.spec.ts')`
    NOTIFYTRUSTED: rows of open transactions are left to the notifications that name them
      | committed in another order
      - position = await this.read(connection, position);
      + const open = this.proof.state === 'delivered' ? { underWay: [] } : {};
      +         position = await this.read(connection, { ...position, ...open } as LogPosition);
  `,
  ...mutantsOf(LOG, 'test/integration/invalidation-follower.spec.ts')`
    NOLIMIT: a page of the log that is too large fails | skips more rows
      - return pageOf(rows[0], lines.length
      + if (lines.length > MAX_PAGE_ROWS) throw new RangeError('too many rows');
      +   return pageOf(rows[0], lines.length
  `,
  ...mutantsOf('src/redis/delete-keys.ts', 'test/contracts/redis-outage.spec.ts')`
    KEEPLINK: a refused DEL does not end the connection to Redis | answers an invalidation with an error
      - connection.drop(\`an invalidation failed: \${(error as Error).message}\`);
      +
  `,
  ...mutantsOf('src/commands/commands.service.ts', 'test/integration/commands.spec.ts')`
    NOSETTLE: a refused command does not wait until the entry is deleted that let it in | is refused
      - if (error instanceof ProblemError) await this.evictions.evictOrWait(accounts);
      +
    NOSETTLE: a command that finds nothing to change does not wait until the entry is deleted
      | and makes the same one
      - if (changes.every(isCreation)) await this.evictions.evictOrWait(userIds);
      +
  `,
  ...mutantsOf('src/log/history-claim.ts', 'test/integration/wrong-database.spec.ts')`
    an instance that is served by Redis does not notice the claim of another history | claim another history
      - if (other !== undefined && other.history !== own.history) throw new Error(describe(other));
      +
  `,
  ...mutantsOf('src/log/follower-connection.ts', 'src/log/follower-connection.spec.ts')`
    the log is read every 1.3 s
      - const POLL_MS = 500;
      + const POLL_MS = 1300;
  `,
  ...mutantsOf('src/common/acceptance.ts', 'src/standing/standing.spec.ts')`
    entries are accepted for 1.5 s after the begin of a read | for a second at most
      - ACCEPTANCE_MS = 1000;
      + ACCEPTANCE_MS = 1500;
  `,
  ...mutantsOf('src/redis/redis-connection.ts', 'src/redis/redis-connection.spec.ts')`
    Redis is tried again after up to 6 s | a second at most
      - const MAX_RECONNECT_DELAY_MS = 1000;
      + const MAX_RECONNECT_DELAY_MS = 6000;
  `,
];
