/** The tokens of a login. */
export interface Session {
  /** Names this login in the store, through all its tokens. The client chooses it. */
  readonly id: string;
  readonly accessToken: string;
  /** Absent with `carrier: 'cookie'`. */
  readonly refreshToken?: string;
  /** When the access token expires, in milliseconds of the local clock. */
  readonly expiresAt: number;
}

/** The end of a session, as an application gets it. */
export interface SessionEnd {
  /**
   * A reason of docs/live-channel.md, such as `logout` or `revoked_by_admin`; `expired` when the session reached its own limit;
   * `other_login` when another client of the store has logged in; undefined when it is not known.
   */
  readonly reason: string | undefined;
}

/** Everything that a client keeps. It is JSON. */
export interface ClientState {
  readonly session?: Session;
  /** The `Idempotency-Key` of an exchange whose answer did not arrive yet. */
  readonly exchangeKey?: string;
  /** Of the last login. It outlives the session, and is sent at the next login. */
  readonly deviceToken?: string;
  /** Which session has ended, so that other clients of the store know the reason. */
  readonly lastEnd?: { readonly id: string; readonly reason?: string };
}

/** Where the state is kept. Everything that can read it can use the account. */
export interface SessionStore {
  /** The state that was saved last, or undefined. */
  load(): ClientState | undefined | Promise<ClientState | undefined>;
  /** Replaces the state. Resolve only when it is stored. */
  save(state: ClientState): void | Promise<void>;
  /** Calls the listener after another client has saved. Without it, a client sees that at its next request. */
  subscribe?(listener: () => void): void;
}

/** Runs one work after the other, for all clients of one store. */
export type Lock = <T>(work: () => Promise<T>) => Promise<T>;

/** Keeps the state in memory, for one client. */
export function memoryStore(): SessionStore {
  let kept: ClientState | undefined;
  return {
    load: () => kept,
    save: (state) => {
      kept = state;
    },
  };
}

/** A lock for the clients of one process. */
export function oneAfterTheOther(): Lock {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

/**
 * Keeps the state in `localStorage`, for all tabs of an origin. **Every script of the origin can read the tokens.**
 *
 * @param name of the item, and of the lock (Web Locks need HTTPS or `localhost`)
 */
export function sharedByTabs(name: string): { store: SessionStore; lock: Lock } {
  return {
    store: {
      load: () => JSON.parse(localStorage.getItem(name) ?? '{}') as ClientState,
      save: (state) => localStorage.setItem(name, JSON.stringify(state)),
      subscribe: (listener) =>
        addEventListener('storage', ({ key }) => {
          if (key === name || key === null) listener();
        }),
    },
    lock: (work) => navigator.locks.request(name, work),
  };
}
