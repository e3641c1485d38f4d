import type { LiveChannel } from './live-channel.js';

/** The open channels of this instance by the sessions and users that concern them. */
export class ChannelRegistry {
  private readonly all = new Set<LiveChannel>();
  private readonly bySession = new Map<string, Set<LiveChannel>>();
  private readonly byUser = new Map<string, Set<LiveChannel>>();

  get size(): number {
    return this.all.size;
  }

  /** Every user whom some channel concerns, as of now. */
  get userIds(): string[] {
    return [...this.byUser.keys()];
  }

  [Symbol.iterator](): IterableIterator<LiveChannel> {
    return this.all.values();
  }

  add(channel: LiveChannel): void {
    this.all.add(channel);
    for (const id of sessionsOf(channel)) put(this.bySession, id, channel);
    for (const id of usersOf(channel)) put(this.byUser, id, channel);
  }

  remove(channel: LiveChannel): void {
    this.all.delete(channel);
    for (const id of sessionsOf(channel)) take(this.bySession, id, channel);
    for (const id of usersOf(channel)) take(this.byUser, id, channel);
  }

  /** Channels that watch the session, or whose token belongs to it. */
  ofSession(sessionId: string): LiveChannel[] {
    return [...(this.bySession.get(sessionId) ?? [])];
  }

  /** Channels that watch a session of the user, or whose token is the user's. */
  ofUser(userId: string): LiveChannel[] {
    return [...(this.byUser.get(userId) ?? [])];
  }
}

const sessionsOf = ({ sessionId, claims }: LiveChannel) =>
  new Set(claims ? [sessionId, claims.sid] : [sessionId]);
const usersOf = ({ watchedUserId, claims }: LiveChannel) =>
  new Set([watchedUserId, claims?.sub].filter((id) => id !== undefined));

function put(index: Map<string, Set<LiveChannel>>, key: string, channel: LiveChannel): void {
  const set = index.get(key);
  if (set) set.add(channel);
  else index.set(key, new Set([channel]));
}

function take(index: Map<string, Set<LiveChannel>>, key: string, channel: LiveChannel): void {
  const set = index.get(key);
  if (set?.delete(channel) && set.size === 0) index.delete(key);
}
