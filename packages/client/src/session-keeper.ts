import type { ClientState, Lock, Session, SessionEnd, SessionStore } from './session.js';

/** The session of a client in a store that other clients may share, and the one place that finds its end. */
export class SessionKeeper {
  /** The session that this client saw last. */
  private seen: string | undefined;
  /** Counts the looks at the store: an older look that is answered late says nothing new. */
  private looks = 0;
  private lastLook = 0;
  private ending: Promise<unknown> = Promise.resolve();

  /**
   * @param onEnd is called once for each session that this client saw
   * @param reason why a session ended that the service refuses, where something else says it; it settles soon
   */
  constructor(
    private readonly store: SessionStore,
    private readonly lock: Lock,
    private readonly onEnd: (end: SessionEnd) => void,
    private readonly reason: () => Promise<string | undefined>,
  ) {
    if (store.subscribe === undefined) return;
    // A store that fails shows that to the next request.
    const look = () => void this.session().catch(() => undefined);
    store.subscribe(look);
    look();
  }

  /** The session that the store holds. */
  async session(): Promise<Session | undefined> {
    const look = ++this.looks;
    const state = await this.load();
    if (look > this.lastLook) {
      this.lastLook = look;
      this.see(state);
    }
    return state.session;
  }

  /** The session to send a request with. It waits for the end of one that the service has refused. */
  async usable(): Promise<Session | undefined> {
    await this.ending;
    return this.session();
  }

  async deviceToken(): Promise<string | undefined> {
    return (await this.load()).deviceToken;
  }

  /** Runs the work alone, among all clients of the store. The methods below need that. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.lock(work);
  }

  /** Replaces the session. For the client that logs in again, the session before has not ended: `onEnd` is not called. */
  async keep(session: Session, deviceToken?: string | null): Promise<void> {
    const { exchangeKey: _, ...state } = await this.load();
    await this.save({ ...state, session, ...(deviceToken ? { deviceToken } : {}) }, session.id);
  }

  /** The key of the exchange that is not answered yet, or a new one, which is stored before it is used. */
  async exchangeKey(make: () => string): Promise<string> {
    const state = await this.load();
    if (state.exchangeKey !== undefined) return state.exchangeKey;
    const exchangeKey = make();
    await this.save({ ...state, exchangeKey }, state.session?.id);
    return exchangeKey;
  }

  /** Removes a session that has ended, unless the store holds another one. */
  async remove(id: string, reason?: string): Promise<void> {
    const { session, exchangeKey: _, ...rest } = await this.load();
    if (session?.id === id) {
      await this.save({ ...rest, lastEnd: { id, ...(reason === undefined ? {} : { reason }) } }, this.seen);
    }
    await this.session();
  }

  /**
   * Removes a session that the service refuses, with the reason if there is one.
   *
   * @param alone runs the removal exclusively: the wait for the reason must not keep others from it
   */
  async refused(id: string, alone: Lock): Promise<void> {
    const ending = this.reason().then((reason) => alone(() => this.remove(id, reason)));
    this.ending = ending.catch(() => undefined);
    return ending;
  }

  private async load(): Promise<ClientState> {
    return (await this.store.load()) ?? {};
  }

  /** What others look up meanwhile may be from before or after: it says nothing new. */
  private async save(state: ClientState, seen: string | undefined): Promise<void> {
    this.lastLook = Infinity;
    try {
      await this.store.save(state);
      this.seen = seen;
    } finally {
      this.lastLook = ++this.looks;
    }
  }

  private see({ session, lastEnd }: ClientState): void {
    const before = this.seen;
    this.seen = session?.id;
    if (before === undefined || before === session?.id) return;
    const known = lastEnd?.id === before ? lastEnd.reason : undefined;
    this.onEnd({ reason: known ?? (session && 'other_login') });
  }
}
