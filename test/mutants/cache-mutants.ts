import { type Mutant, mutantsOf } from './mutant.js';

const FOLLOWER = 'src/log/invalidation-follower.ts';
const LOG = 'src/log/invalidation-log.ts';
const REDIS = 'src/redis/redis-connection.ts';

/** How the log is followed, and which servers are used. */
export const CACHE_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/redis/redis-socket.ts', 'test/contracts/redis-tls.spec.ts')`
    the certificate of Redis is not verified | of another name
      - rejectUnauthorized: true
      + rejectUnauthorized: false
  `,
  ...mutantsOf(FOLLOWER, 'test/integration/wrong-database.spec.ts')`
    NOPRIMARY: the log is followed on a standby or a read-only server | answers 503
      - if (isReadOnly) throw new NotThePrimaryError();
      +
  `,
  ...mutantsOf('src/database/bounded-client.ts', 'test/integration/wrong-database.spec.ts')`
    NOPRIMARY: a verdict is taken from a standby or a read-only server | takes no verdict
      - server.is_read_only
      + false
    a connection of the pool to another history is used | uses no connection of the pool
      - server.history === current
      + true
  `,
  ...mutantsOf('src/standing/primary.guard.ts', 'test/integration/wrong-database.spec.ts')`
    requests are served while other instances follow another history | make the later one
      - if (permit.kind !== 'refuse') return true;
      + if (permit.kind !== 'none') return true;
  `,
  ...mutantsOf('src/log/history-claim.ts', 'test/integration/wrong-database.spec.ts')`
    the claim of another history is ignored | two instances
      - if (claim?.identity.history === own.history) return undefined;
      + if (true as boolean) return claim?.identity;
    a claim of another history that does not end in time stops the service | does not end in time
      - left >= 0 and left <= tonumber(ARGV[3]) and ${''}
      +
  `,
  ...mutantsOf('src/health/primary.indicator.ts', 'test/integration/wrong-database.spec.ts')`
    an instance says that it is ready with a wrong database | make the later one
      - kind === 'refuse' ? indicator.down(reason) : indicator.up()
      + indicator.up()
  `,
  ...mutantsOf(FOLLOWER, 'test/integration/invalidation-follower.spec.ts')`
    rows that are skipped make no entry old | skips more rows
      -       this.standing.skip(databaseMs);
      -
      +
    NORESYNC: a new connection of the follower replays nothing
      - await this.replay.replayFor(page.history);
      + this.standing.adopt(page.history);
  `,
  ...mutantsOf(LOG, 'test/integration/invalidation-follower.spec.ts')`
    a page of the log has no limit | skips more rows
      - lines.length > MAX_PAGE_ROWS ? undefined : lines
      + lines
    a replay selects rows by the time of the row | replays what was committed
      - WHERE xid >= (SELECT horizon FROM base) AND
      + WHERE created_at > clock_timestamp() - make_interval(secs => $1) AND
    a replay without a position accepts every entry
      - return { history, floorMs: floor, userIds: [] };
      + return { history, floorMs: 0, userIds: [] };
  `,
  ...mutantsOf('src/log/log-position.ts', 'test/integration/invalidation-follower.spec.ts')`
    BYNUMBER: rows of transactions that were under way are not read | committed in another order
      - underWay === '' ? [] : underWay.split(',')
      + []
  `,
  ...mutantsOf('src/database/out-of-reach.ts', 'src/database/out-of-reach.spec.ts')`
    a connection that an operator ends counts as PostgreSQL being down
      - /^(57P03|
      + /^(57P0[13]|
  `,
  ...mutantsOf(LOG, 'test/integration/log-retention.spec.ts')`
    rows are pruned that a replay needs
      - ORDER BY at DESC LIMIT 1
      -   ), removed
      + ORDER BY at LIMIT 1
      +   ), removed
  `,
  ...mutantsOf(REDIS, 'test/contracts/redis-outage.spec.ts')`
    Redis that refuses to write stays in use | refuses to write
      - client.del(PROBED_KEY)
      + client.ping()
    NOREPLAY: Redis is trusted before the log was replayed | is not trusted while the log cannot be replayed
      - untilLost(hooks.prepare())
      + untilLost(Promise.resolve())
    a command without an answer keeps the connection | because of one read without an answer
      - if (link === this.link) this.lose(reason);
      -     return
      + return
  `,
  ...mutantsOf('src/common/fresh-reads.ts', 'src/common/fresh-reads.spec.ts')`
    a fill takes a read that began before the caller came
      - if (running === undefined) return this.start(key, begin);
      + if (running !== undefined) return running;
      +     return this.start(key, begin);
  `,
  ...mutantsOf('src/sessions/live-user.reader.ts', 'test/integration/stale-fill.spec.ts')`
    an ended session counts as live
      - AND \${isLive('s')}
      + AND s.expires_at > now()
  `,
  ...mutantsOf('src/log/history-claim.ts', 'test/faults/replication-faults.long.spec.ts')`
    a new connection of the follower is followed wherever it leads | copy of the database in another cluster
      - despiteOutage(() => outwait(shard, own, previous, isAnother ? UNRENEWED_MS : 0), patience)
      + despiteOutage(() => current(shard), patience)
  `,
  ...mutantsOf('src/sessions/session-verdict.service.ts', 'test/integration/wrong-database.spec.ts')`
    tokens are judged while other instances follow another history | make the later one
      - if (permit.kind === 'refuse') throw new NoPrimaryError(permit.reason);
      +
  `,
  ...mutantsOf(REDIS, 'test/contracts/redis-acl.spec.ts')`
    a permission that is taken away does not end the trust | when a permission is taken away
      - |NOPERM|
      + |
  `,
  ...mutantsOf('src/cache/blacklist.service.ts', 'src/cache/blacklist.service.spec.ts')`
    KEEPBLACKLIST: entries of the blacklist of any history count | ended in another history
      - history !== undefined && history === permit.history
      + history !== undefined
    CLEARONLY: a late entry of the blacklist counts in the history that is followed when it is written
      | added late
      - BLACKLIST_PREFIX + tokenId, history,
      + BLACKLIST_PREFIX + tokenId, this.following.history,
  `,
  ...mutantsOf('src/auth/auth.service.ts', 'test/integration/wrong-database.spec.ts')`
    the blacklist has the history that is followed after the commit of a logout | blacklist of a logout
      - principal.tokenExpiresAt, history)
      + principal.tokenExpiresAt, this.following.history)
  `,
  ...mutantsOf('src/health/health-summary.service.ts', 'test/integration/wrong-database.spec.ts')`
    an instance says that it is healthy with a wrong database | make the later one
      -  || this.standing.permit().kind === 'refuse'
      +
  `,
  ...mutantsOf('src/live/live-channel.ts', 'src/live/live-channel.spec.ts')`
    a live channel stays however much its client leaves unread | leaves 64 KiB unread
      - if (this.socket.bufferedAmount <= MAX_UNREAD_BYTES)
      + if (this.socket.bufferedAmount <= Infinity)
    a pong that answers no ping keeps a live channel | answers its last ping
      - this.unanswered?.equals(data) ?? false
      + true
  `,
];
