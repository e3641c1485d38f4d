import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Subscription } from 'rxjs';
import { Standing } from '../standing/standing.js';
import { FreshReads } from '../common/fresh-reads.js';
import { HotStatements } from '../database/hot-statements.js';
import { ChangeFeed } from '../log/change-feed.js';
import { type ClientSecrets, type OAuthClient } from './client.entity.js';
import { isClientId } from './client-id.js';
import { FIND } from './client-statements.js';

export type KnownClient = OAuthClient & ClientSecrets;

/** Each takes less than 1 KB. */
const MAX_CLIENTS = 10_000;

/**
 * The clients of the database, kept in this instance's memory. The memory is used only while this instance reads the invalidation log,
 * and each change of a client in the log empties it. What `EvictionService.waitOutMemories` waits for makes a change effective on
 * every instance before its answer.
 */
@Injectable()
export class KnownClients implements OnApplicationShutdown {
  private readonly memory = new LRUCache<string, KnownClient>({ max: MAX_CLIENTS });
  private readonly reads = new FreshReads<KnownClient | undefined>();
  private readonly subscription: Subscription;
  private changes = 0;

  constructor(
    private readonly statements: HotStatements,
    private readonly standing: Standing,
    feed: ChangeFeed,
  ) {
    this.subscription = feed.subscribe(({ kind }) => {
      if (kind === 'client.changed' || kind === 'log.skipped') this.forget();
    });
  }

  /** Not earlier: requests are served while the shutdown begins. */
  onApplicationShutdown(): void {
    this.subscription.unsubscribe();
  }

  /**
   * @returns the client, or `undefined` when there is none or it has ended
   * @throws Error of the database driver when the memory cannot say
   */
  async find(id: string): Promise<KnownClient | undefined> {
    const known = this.standing.readsLog ? this.memory.get(id) : undefined;
    if (known !== undefined || !isClientId(id)) return known;
    return this.reads.read(id, () => this.load(id));
  }

  /**
   * A change that the log brings during the read may be missing in what was read: then nothing is kept. Neither is what was read in
   * another history than the one whose log empties the memory.
   */
  private async load(id: string): Promise<KnownClient | undefined> {
    const changes = this.changes;
    const { rows, history } = await this.statements.read<KnownClient>(FIND, [id]);
    const [client] = rows;
    const isFollowed = history === this.standing.history;
    if (client !== undefined && isFollowed && changes === this.changes) this.memory.set(id, client);
    return client;
  }

  private forget(): void {
    this.changes += 1;
    this.memory.clear();
  }
}
