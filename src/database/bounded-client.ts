import pg from 'pg';

type Query = (...args: unknown[]) => unknown;

/**
 * A connection that leaves the pool when a query on it timed out. node-postgres only gives up waiting: the connection
 * would stay behind the unanswered query, and with a frozen server or a black-holed link each one in the pool would
 * be lost that way, one after the other.
 */
export class BoundedClient extends pg.Client {
  private readonly unbounded = super.query.bind(this) as Query;

  override query = ((...args: unknown[]) => {
    const result = this.unbounded(...args);
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      if ((error as Error).message === 'Query read timeout') abandon(this);
      throw error;
    });
  }) as pg.Client['query'];
}

/** Ends a connection without waiting for the server, which may never answer. */
export function abandon(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
