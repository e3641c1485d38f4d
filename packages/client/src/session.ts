/** The tokens of a login, and what the next exchange of the refresh token needs. */
export interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** The `Idempotency-Key` of an exchange whose answer did not arrive yet. */
  readonly exchangeKey?: string;
}

/** Where the session is kept. Everything that can read it can use the account. */
export interface SessionStore {
  /** The session that was saved last, or undefined. */
  load(): Session | undefined | Promise<Session | undefined>;
  /** Replaces the session; undefined removes it. Resolve only when it is stored. */
  save(session: Session | undefined): void | Promise<void>;
}

/** Runs one work after the other, for all clients of one store. */
export type Lock = <T>(work: () => Promise<T>) => Promise<T>;

/** Keeps the session in memory, for one client. */
export function memoryStore(): SessionStore {
  let kept: Session | undefined;
  return {
    load: () => kept,
    save: (session) => {
      kept = session;
    },
  };
}

/** A lock for one client. */
export function oneAfterTheOther(): Lock {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}
