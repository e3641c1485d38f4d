import { randomUUID } from 'node:crypto';
import { type Cache, createCache } from 'cache-manager';
import { redisInsStore } from 'cache-manager-redis-yet';
import { createClient } from 'redis';
import { ConnectionLoop } from '../common/connection-loop.js';
import { CacheUnavailableError } from './cache-unavailable.error.js';
import type { Readiness } from './readiness.js';
import { Deadline } from '../common/deadline.js';
import { loginsOf, type RedisEndpoint, type RedisTarget } from '../config/redis-url.js';
import { readTime, type ServerTime } from './redis-clock.js';
import { requirePermissions } from './redis-permissions.js';
import { connectionTrouble, socketOptions } from './redis-socket.js';
import { infoField, requireVersion } from './redis-version.js';
import { findMaster } from './sentinel.js';

const MAX_RECONNECT_DELAY_MS = 1000;
const HANDSHAKE_TIMEOUT_MS = 1000;
const HEARTBEAT_MS = 500;
/** Replies that say the server, not the command, is the trouble. */
const SERVER_TROUBLE = /^(READONLY|LOADING|MASTERDOWN|NOAUTH|NOPERM|NOREPLICAS|MISCONF|CLUSTERDOWN)/;
/** Deleted with each heartbeat, and never there: a write that also a full server takes. */
const PROBED_KEY = 'ergodrive:write-probe';

export function buildClient(target: RedisTarget, endpoint: RedisEndpoint) {
  const { username, password } = loginsOf(target);
  return createClient({
    RESP: 2,
    maintNotifications: 'disabled',
    username,
    password,
    database: target.database,
    disableOfflineQueue: true,
    // The deadline bounds commands; node-redis' own limit would make an AbortSignal for each.
    commandOptions: { timeout: 0 },
    socket: socketOptions(target, endpoint, HANDSHAKE_TIMEOUT_MS),
  });
}

export type RedisClient = ReturnType<typeof buildClient>;

/** One established connection. `epoch` distinguishes it from earlier ones. */
export interface RedisLink {
  readonly client: RedisClient;
  readonly cache: Cache;
  readonly epoch: number;
}

export interface RedisConnectionHooks {
  /** Brings the cache up to date; it is trusted once this resolves. */
  prepare(): Promise<void>;
  /** Checks with each heartbeat of a trusted connection whether it may stay so; a rejection ends the connection. */
  keep(): Promise<void>;
  /** With each heartbeat, a write that also a full server takes; by default the deletion of a key that is never there. */
  probe?(client: RedisClient): Promise<unknown>;
}

/**
 * The one connection to Redis, which this class owns: a loop opens it, lets the invalidation log be replayed, declares it
 * trusted, and starts over when it is lost. A command without an answer within the deadline is a loss: the breaker opens
 * for everybody at once, and only the loop, never a request, finds out when the server is back.
 */
export class RedisConnection {
  /** A key of this instance, which lives while entries may be accepted. */
  readonly permitKey = `ergodrive:permit:${randomUUID()}`;
  private readonly deadline: Deadline;
  private loop: ConnectionLoop | undefined;
  private link: RedisLink | undefined;
  private epoch = 0;
  private runId: string | undefined;
  private lose: (reason: string) => void = () => undefined;
  private endFirstAttempt: () => void = () => undefined;
  private readonly firstAttempt = new Promise<void>((resolve) => (this.endFirstAttempt = resolve));

  constructor(
    private readonly target: RedisTarget,
    private readonly deadlineMs: number,
    readonly readiness: Readiness,
  ) {
    this.deadline = new Deadline(deadlineMs);
  }

  /** Resolves when the first attempt has succeeded or failed; either way the loop goes on. */
  start(hooks: RedisConnectionHooks): Promise<void> {
    this.loop ??= new ConnectionLoop((up, stopped) => this.live(hooks, up, stopped), MAX_RECONNECT_DELAY_MS);
    this.loop.start();
    return this.firstAttempt;
  }

  async stop(): Promise<void> {
    await this.loop?.stop();
  }

  /** The id that the connected server gave itself when it was started; `undefined` while none is connected. */
  get serverId(): string | undefined {
    return this.link && this.runId;
  }

  get currentEpoch(): number {
    return this.epoch;
  }

  /**
   * Sends a command and waits for the answer no longer than the deadline.
   * @throws CacheUnavailableError when there is no connection, no answer in time, or an error reply
   */
  async run<T>(send: (link: RedisLink) => Promise<T>): Promise<T> {
    const { link } = this;
    if (link === undefined) throw new CacheUnavailableError('no connection to Redis');
    try {
      return await this.deadline.bound(send(link), () => this.expire(link));
    } catch (error) {
      throw this.unavailable(link, error);
    }
  }

  /** @throws CacheUnavailableError */
  time(): Promise<ServerTime> {
    return this.run(async ({ client, epoch }) => ({
      ms: await readTime((command) => client.sendCommand(command)),
      epoch,
    }));
  }

  /** Gives the connection up, so that the log is replayed before the cache is trusted again. */
  drop(reason: string): void {
    if (this.link !== undefined) this.lose(reason);
  }

  private expire(link: RedisLink): CacheUnavailableError {
    const reason = `no answer within ${this.deadlineMs} ms`;
    if (link === this.link) this.lose(reason);
    return new CacheUnavailableError(reason);
  }

  private unavailable(link: RedisLink, error: unknown): CacheUnavailableError {
    if (error instanceof CacheUnavailableError) return error;
    const message = error instanceof Error ? error.message : String(error);
    if (SERVER_TROUBLE.test(message) && link === this.link) this.lose(message);
    return new CacheUnavailableError(message, error);
  }

  /** One connection's life, from opening it to its loss. */
  private async live(hooks: RedisConnectionHooks, up: () => void, stopped: AbortSignal): Promise<void> {
    let reason = 'stopped';
    let client: RedisClient | undefined;
    let heartbeat: NodeJS.Timeout | undefined;
    const stop = () => this.lose('stopped');
    stopped.addEventListener('abort', stop);
    try {
      const endpoint = await this.endpoint();
      client = buildClient(this.target, endpoint);
      const lost = this.watch(client);
      const untilLost = <T>(work: Promise<T>) =>
        Promise.race([work, lost.then((why) => Promise.reject(new Error(why)))]);
      await untilLost(this.open(client));
      this.link = { client, cache: cacheOn(client), epoch: ++this.epoch };
      heartbeat = setInterval(() => this.beat(hooks), HEARTBEAT_MS);
      this.readiness.change('replaying');
      await untilLost(hooks.prepare());
      this.readiness.change('trusted');
      this.endFirstAttempt();
      up();
      reason = await lost;
    } catch (error) {
      reason = error instanceof Error ? error.message || error.name : String(error);
    } finally {
      stopped.removeEventListener('abort', stop);
      clearInterval(heartbeat);
      this.link = undefined;
      if (!stopped.aborted) this.readiness.change('down', reason);
      this.endFirstAttempt();
      if (client?.isOpen) client.destroy();
    }
  }

  private async endpoint(): Promise<RedisEndpoint> {
    if (this.target.sentinelMaster !== undefined) return findMaster(this.target, HANDSHAKE_TIMEOUT_MS);
    const [endpoint] = this.target.endpoints;
    if (endpoint === undefined) throw new Error('no Redis host');
    return endpoint;
  }

  private watch(client: RedisClient): Promise<string> {
    return new Promise((resolve) => {
      this.lose = resolve;
      client.on('error', (error: Error) => resolve(this.trouble(error)));
      client.on('end', () => resolve('connection closed'));
    });
  }

  /** A server that lacks the certificate of its client ends the connection, and its reason is often lost. */
  private trouble(error: unknown): string {
    const text = connectionTrouble(error);
    const isBare = this.target.tls && this.target.certificates?.cert === undefined;
    const mayLackCertificate = isBare && this.link === undefined && text.includes('closed');
    return mayLackCertificate ? `${text}; perhaps the server asks for a client certificate` : text;
  }

  private async open(client: RedisClient): Promise<void> {
    const handshake = new Deadline(HANDSHAKE_TIMEOUT_MS);
    const late = () => new Error(`no handshake within ${HANDSHAKE_TIMEOUT_MS} ms`);
    const connected = client.connect().catch((error: unknown) => {
      throw new Error(this.trouble(error), { cause: error });
    });
    await handshake.bound(connected, late);
    const { isCluster } = this.target;
    const permitted = requirePermissions((command) => client.sendCommand(command), isCluster);
    await handshake.bound(permitted, late);
    const info = await handshake.bound(client.sendCommand<string>(['INFO', 'server']), late);
    requireVersion(info);
    this.runId = infoField(info, 'run_id') ?? 'unknown';
    await this.requireMaster(client);
  }

  /**
   * Asks for the role, which shows that commands are allowed, and that the server is no replica: one would serve entries
   * and refuse to delete them. A Redis user without the right to ask counts as connected to a master, except with Sentinel, where a demoted master is likely.
   */
  private async requireMaster(client: RedisClient): Promise<void> {
    try {
      const role = await this.deadline.bound(
        client.sendCommand(['ROLE']),
        () => new Error('no answer to ROLE'),
      );
      if (!Array.isArray(role) || String(role[0]) !== 'master') throw new Error('the server is a replica');
    } catch (error) {
      const mayNotAsk = /^(NOPERM|ERR unknown command)/.test((error as Error).message);
      if (!mayNotAsk || this.target.sentinelMaster !== undefined) throw error;
    }
  }

  /**
   * Finds out in the background that a link is dead, that the server became a replica, or that it refuses to write: then entries
   * could be read and not be deleted.
   */
  private beat(hooks: RedisConnectionHooks): void {
    const isReady = this.readiness.isReady;
    this.run(async ({ client }) => {
      await Promise.all([this.requireMaster(client), hooks.probe?.(client) ?? client.del(PROBED_KEY)]);
    })
      .then(() => (isReady ? hooks.keep() : undefined))
      .catch((error: unknown) => this.lose((error as Error).message));
  }
}

/** cache-manager-redis-yet is written against redis 4; the commands that its store uses are the same in redis 6. */
function cacheOn(client: RedisClient): Cache {
  return createCache(redisInsStore(client as unknown as Parameters<typeof redisInsStore>[0]));
}
