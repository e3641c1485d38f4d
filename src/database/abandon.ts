import type pg from 'pg';

/** What node-postgres has no public members for. */
interface ClientInternals {
  readonly connection: { readonly stream: Stream };
  /** Whether the pool may give the connection out again. */
  _queryable: boolean;
}

interface Stream {
  destroy(): void;
  once(event: 'close', end: () => void): void;
}

/** Ends a connection without waiting for the server, which may never answer. The pool gives it to nobody from now on. */
export function abandon(client: pg.Client): void {
  internalsOf(client)._queryable = false;
  streamOf(client).destroy();
}

/** The socket of a connection, which emits `close` also when it is destroyed before it was opened. */
export const streamOf = (client: pg.Client): Stream => internalsOf(client).connection.stream;

const internalsOf = (client: pg.Client): ClientInternals => client as unknown as ClientInternals;
