import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { isDatabaseOutage } from '../common/database-errors.js';
import { HISTORY, TIMELINE } from '../database/history.js';
import { CacheUnavailableError } from '../redis/cache-unavailable.error.js';
import { Standing } from '../standing/standing.js';
import { RedisServers, type RedisShard } from '../redis/redis-servers.js';

/** Version 0.1.0 names its histories otherwise, under `ergodrive:history`. */
const KEY = 'ergodrive:followed-history';
/** The claim is renewed with each heartbeat of each instance that follows the history. */
const CLAIM_MS = 1500;
const RETRY_MS = 100;
/** Nobody follows a history any more whose claim was not renewed for as long: instances that do renew it every 500 ms. */
const UNRENEWED_MS = 1000;
/** How long a new history waits for that: the claim of the one before lives on for a moment after a restart or a promotion. */
const PATIENCE_MS = 2000;
/**
 * How long an instance that finds another PostgreSQL than before waits for an answer of Redis. A new connection to Redis waits as long for
 * the log to be read, so that the instance can ask.
 */
export const OUTAGE_PATIENCE_MS = 5000;

/** Sets or renews the claim unless another stands, and answers the other. A claim that does not end in time is nobody's. */
const CLAIM_SCRIPT = `
local left = redis.call('PTTL', KEYS[1])
local current = left >= 0 and left <= tonumber(ARGV[3]) and redis.call('GET', KEYS[1])
if current and current ~= ARGV[1] and current ~= ARGV[2] then return current end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return false`;

const IDENTITY = `
  SELECT ${HISTORY} AS history, (SELECT system_identifier::text FROM pg_control_system()) AS system,
    ${TIMELINE} AS timeline`;
const HISTORY_ONLY = `SELECT ${HISTORY} AS history, '' AS system, '' AS timeline`;

/** Other instances follow another history than this one. */
export class RivalHistoryError extends Error {
  override readonly name = 'RivalHistoryError';
}

/** Which database the entries of the cache are from. */
export interface Identity {
  readonly history: string;
  /** The same for a server, its standbys and its restored backups; empty where the server does not say. */
  readonly system: string;
  /** Counted up by each promotion, in hexadecimal digits. */
  readonly timeline: string;
}

/**
 * Names in Redis the history that instances follow, so that an instance whose PostgreSQL is another one finds out and writes
 * nothing there. The claim lives as long as somebody renews it. A promoted standby and a restarted server take it over once nobody does: a copy on a
 * later timeline, to which a single instance was led, finds it renewed by the others.
 */
@Injectable()
export class HistoryClaim {
  private readonly logger = new Logger('Log');
  /** Of the connection that is followed, and of the one before. */
  private identity: Identity | undefined;
  private previous: Identity | undefined;
  /** Claims of others, by the shard that has them. */
  private readonly conflicts = new Map<RedisShard, string>();

  constructor(
    @Optional() @Inject(RedisServers) private readonly redis: RedisServers | undefined,
    private readonly standing: Standing,
  ) {}

  /**
   * Reads which database a new connection leads to, before anything of it is followed. A connection that leads to another system
   * than before is refused while other instances go on with theirs. It is followed without an answer of Redis only after
   * {@link OUTAGE_PATIENCE_MS}, and without a claim only after a time in which others would have renewed theirs: a stall may have ended it.
   * @param query runs a statement on that connection
   * @returns what the connection leads to
   * @throws RivalHistoryError
   */
  async admit(query: (text: string) => Promise<Identity[]>): Promise<Identity> {
    const previous = this.identity;
    const own = await readIdentity(query);
    const isAnother = previous !== undefined && nameOf(previous) !== nameOf(own);
    if (isAnother)
      this.logger.warn(
        `PostgreSQL is another one than before: ${nameOf(own)} in place of ${nameOf(previous)}`,
      );
    const shards = this.redis?.shards ?? [];
    const patience = isAnother ? OUTAGE_PATIENCE_MS : 0;
    await Promise.all(
      shards.map((shard) =>
        despiteOutage(() => outwait(shard, own, previous, isAnother ? UNRENEWED_MS : 0), patience),
      ),
    );
    this.previous = previous;
    this.identity = own;
    return own;
  }

  /**
   * Claims the followed history on a new connection to a Redis server.
   * @throws RivalHistoryError when other instances follow another history
   */
  async take(shard: RedisShard): Promise<void> {
    const own = this.identity;
    if (own === undefined || own.history !== this.standing.history)
      throw new Error('PostgreSQL has another history meanwhile');
    try {
      while ((await set(shard, own, await outwait(shard, own, this.previous))) !== undefined)
        await pause(RETRY_MS);
    } catch (error) {
      if (error instanceof RivalHistoryError) this.note(shard, error.message);
      throw error;
    }
    this.note(shard, undefined);
  }

  /** Renews the claim. @throws Error when other instances follow another history now */
  async renew(shard: RedisShard): Promise<void> {
    const own = this.identity;
    if (own === undefined || own.history !== this.standing.history) return;
    const isFollowing = this.standing.readsLog && this.standing.permit().kind !== 'refuse';
    const other = isFollowing ? await set(shard, own, undefined) : (await current(shard))?.identity;
    if (other !== undefined && other.history !== own.history) throw new Error(describe(other));
  }

  /** Notes whether a shard has the claim of others. One such shard is enough to refuse. */
  private note(shard: RedisShard, conflict: string | undefined): void {
    if (conflict === undefined) this.conflicts.delete(shard);
    else this.conflicts.set(shard, conflict);
    for (const each of this.conflicts.keys())
      if (this.redis?.shards.includes(each) !== true) this.conflicts.delete(each);
    this.standing.setConflict([...this.conflicts.values()][0]);
  }
}

interface Claim {
  readonly identity: Identity;
  /** How long ago it was renewed, milliseconds. */
  readonly ageMs: number;
}

async function current(shard: RedisShard): Promise<Claim | undefined> {
  const [text, leftMs] = await shard.runOwn(KEY, (client, key) =>
    Promise.all([client.get(key), client.pTTL(key)]),
  );
  const identity = parse(text);
  const ends = leftMs >= 0 && leftMs <= CLAIM_MS;
  return identity && ends ? { identity, ageMs: CLAIM_MS - leftMs } : undefined;
}

/** Tries again while Redis is out of reach, for this long. */
async function despiteOutage(ask: () => Promise<unknown>, patienceMs: number): Promise<void> {
  const beganAt = performance.now();
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
      if (performance.now() - beganAt >= patienceMs) return;
      await pause(RETRY_MS);
    }
  }
}

/**
 * Waits until nobody follows another history than `own`.
 * @param absentMs how long there must have been no claim
 * @returns the claim that may be replaced
 * @throws RivalHistoryError when somebody does
 */
async function outwait(
  shard: RedisShard,
  own: Identity,
  previous: Identity | undefined,
  absentMs = 0,
): Promise<Identity | undefined> {
  const beganAt = performance.now();
  for (;;) {
    const claim = await current(shard);
    const waitedMs = performance.now() - beganAt;
    if (claim?.identity.history === own.history) return undefined;
    if (claim === undefined) {
      if (waitedMs >= absentMs) return undefined;
    } else {
      const { identity: other, ageMs } = claim;
      const mayEnd = mayBePredecessor(other, own, previous);
      if (mayEnd && ageMs >= UNRENEWED_MS) return other;
      if (!mayEnd || waitedMs > PATIENCE_MS) throw new RivalHistoryError(describe(other));
    }
    await pause(RETRY_MS);
  }
}

/** @returns the claim that stands instead */
async function set(
  shard: RedisShard,
  own: Identity,
  replaced: Identity | undefined,
): Promise<Identity | undefined> {
  const texts = [own, replaced ?? own].map(
    ({ system, timeline, history }) => `${system}:${timeline}:${history}`,
  );
  try {
    const reply = await shard.runOwn(KEY, (client, key) =>
      client.eval(CLAIM_SCRIPT, { keys: [key], arguments: [...texts, String(CLAIM_MS)] }),
    );
    return parse(reply);
  } catch (error) {
    // A full Redis that evicts nothing takes no claim, and no entry either.
    if (/\bOOM\b/.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** Roles may lack the right to read the system and the timeline, and some servers have neither. */
async function readIdentity(query: (text: string) => Promise<Identity[]>): Promise<Identity> {
  const rows = await query(IDENTITY).catch((error: unknown) => {
    if (isDatabaseOutage(error)) throw error;
    return query(HISTORY_ONLY);
  });
  if (rows[0] === undefined) throw new TypeError('PostgreSQL answered without a row');
  return rows[0];
}

function parse(text: unknown): Identity | undefined {
  if (typeof text !== 'string') return undefined;
  const [system = '', timeline = '', history = ''] = text.split(':');
  return { system, timeline, history };
}

const isSameSystem = (one: Identity, other: Identity): boolean =>
  one.system !== '' && one.system === other.system;

/** Whether nobody may follow the other history any more: then its claim ends soon. */
function mayBePredecessor(other: Identity, own: Identity, previous: Identity | undefined): boolean {
  if (isSameSystem(other, own)) return own.timeline >= other.timeline;
  return previous === undefined || isSameSystem(previous, own);
}

const nameOf = ({ system, timeline }: Identity): string =>
  `system ${system || 'unknown'}, timeline ${Number.parseInt(timeline, 16) || 'unknown'}`;

const describe = (other: Identity): string =>
  `other instances use another PostgreSQL than this one (${nameOf(other)})`;
