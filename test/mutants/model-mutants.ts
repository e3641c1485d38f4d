import type { Mutant } from './mutant.js';

const FOLLOWER = 'src/log/invalidation-follower.ts';
const LOG = 'src/log/invalidation-log.ts';
const ACCEPTANCE_SPEC = ['test/integration/acceptance.spec.ts'] as const;
const POSITION_SPEC = ['test/integration/log-position.spec.ts'] as const;

/** Mutants of the model in docs/model, and what the bounds in time of the README need. */
export const MODEL_MUTANTS: readonly Mutant[] = [
  {
    name: 'FROMEND: the right counts from the end of a page',
    file: FOLLOWER,
    text: 'renew(Math.min(reading.beganAt, ',
    replacement: 'renew(Math.min(performance.now(), ',
    specs: ACCEPTANCE_SPEC,
    test: 'although its page was applied just now',
  },
  {
    name: 'GRANTFIRST: the right is granted before the page is applied',
    file: FOLLOWER,
    text: 'await this.apply(page);',
    replacement: 'this.following.renew(reading.beganAt);\n    await this.apply(page);',
    specs: ACCEPTANCE_SPEC,
    test: 'is read and not yet applied',
  },
  {
    name: 'ONLYTRUSTED: pages are not applied to a Redis connection that is being replayed',
    file: 'src/cache/trusted-cache.ts',
    text: 'await this.store.delete(keys);',
    replacement: 'if (this.trust.isStoreTrusted) await this.store.delete(keys);',
    specs: ACCEPTANCE_SPEC,
    test: 'while the log was replayed on a new connection to Redis',
  },
  {
    name: 'PREPAREONCE: whether the log is followed is not checked after the replay of a Redis connection',
    file: 'src/log/replay.service.ts',
    text: 'if (this.demandReading() !== history)',
    replacement: "if (history === '')",
    specs: ACCEPTANCE_SPEC,
    test: 'when the log was lost while it was replayed',
  },
  {
    name: 'READLATE: the time of a read is taken after its snapshot',
    file: 'src/sessions/live-user.reader.ts',
    text: 'floor(extract(epoch FROM now()) * 1000)::float8 AS read_at',
    replacement: 'floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS read_at',
    specs: ACCEPTANCE_SPEC,
    test: 'began before a skipped part of the log',
  },
  {
    name: 'FLOOREARLY: the floor of a page is a time from before its snapshot',
    file: LOG,
    text: 'clock_timestamp())::float8 * 1000 AS database_ms, pg_current_snapshot()',
    replacement: 'now())::float8 * 1000 AS database_ms, pg_current_snapshot()',
    specs: POSITION_SPEC,
    test: 'not before its snapshot',
  },
  {
    name: 'FLOOREARLY: the floor of a replay is a time from before its snapshot',
    file: LOG,
    text: 'greatest(clock_timestamp(), (SELECT',
    replacement: 'greatest(now(), (SELECT',
    specs: POSITION_SPEC,
    test: 'not before its snapshot',
  },
  {
    name: 'NOTIFYTRUSTED: rows of open transactions are left to the notifications that name them',
    file: FOLLOWER,
    text: 'position = await this.read(connection, position);',
    replacement: `const open = this.proof.state === 'delivered' ? { underWay: [] } : {};
        position = await this.read(connection, { ...position, ...open } as LogPosition);`,
    specs: ['test/integration/invalidation-follower.spec.ts'],
    test: 'committed in another order',
  },
  {
    name: 'NOLIMIT: a page of the log that is too large fails',
    file: LOG,
    text: 'return pageOf(rows[0], lines.length',
    replacement: `if (lines.length > MAX_PAGE_ROWS) throw new RangeError('too many rows');
  return pageOf(rows[0], lines.length`,
    specs: ['test/integration/invalidation-follower.spec.ts'],
    test: 'skips more rows',
  },
  {
    name: 'REPLAYNOLIMIT: a replay that is too large fails',
    file: LOG,
    text: '  if (reach === null || line.rows',
    replacement: `  if (line.rows > MAX_REPLAYED_ROWS) throw new RangeError('too many rows');
  if (reach === null || line.rows`,
    specs: POSITION_SPEC,
    test: 'too many rows for a replay',
  },
  {
    name: 'KEEPLINK: a refused DEL does not end the connection to Redis',
    file: 'src/redis/delete-keys.ts',
    text: 'connection.drop(`an invalidation failed: ${(error as Error).message}`);',
    replacement: '',
    specs: ['test/contracts/redis-outage.spec.ts'],
    test: 'answers an invalidation with an error',
  },
  {
    name: 'NOSETTLE: a refused command does not wait until the entry is deleted that let it in',
    file: 'src/commands/commands.service.ts',
    text: 'if (error instanceof ProblemError) await this.evictions.evictOrWait(accounts);',
    replacement: '',
    specs: ['test/integration/commands.spec.ts'],
    test: 'is refused',
  },
  {
    name: 'NOSETTLE: a command that finds nothing to change does not wait until the entry is deleted',
    file: 'src/commands/commands.service.ts',
    text: 'if (changes.every(isCreation)) await this.evictions.evictOrWait(userIds);',
    replacement: '',
    specs: ['test/integration/commands.spec.ts'],
    test: 'and makes the same one',
  },
  {
    name: 'an instance that is served by Redis does not notice the claim of another history',
    file: 'src/log/history-claim.ts',
    text: 'if (other !== undefined && other.history !== own.history) throw new Error(describe(other));',
    replacement: '',
    specs: ['test/integration/wrong-database.spec.ts'],
    test: 'claim another history',
  },
  {
    name: 'the log is read every 1.3 s',
    file: 'src/log/follower-connection.ts',
    text: 'const POLL_MS = 500;',
    replacement: 'const POLL_MS = 1300;',
    specs: ['src/log/follower-connection.spec.ts'],
  },
  {
    name: 'entries are accepted for 1.5 s after the begin of a read',
    file: 'src/common/acceptance.ts',
    text: 'ACCEPTANCE_MS = 1000;',
    replacement: 'ACCEPTANCE_MS = 1500;',
    specs: ['src/standing/standing.spec.ts'],
    test: 'for a second at most',
  },
  {
    name: 'Redis is tried again after up to 6 s',
    file: 'src/redis/redis-connection.ts',
    text: 'const MAX_RECONNECT_DELAY_MS = 1000;',
    replacement: 'const MAX_RECONNECT_DELAY_MS = 6000;',
    specs: ['src/redis/redis-connection.spec.ts'],
    test: 'a second at most',
  },
];
