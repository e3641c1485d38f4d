import type pg from 'pg';

export interface DatabaseServer {
  readonly host: string;
  readonly port: number;
}

/** Where a PostgreSQL database is, and how connections to it are made. */
export interface DatabaseTarget {
  /** The variable that names it, for messages. */
  readonly variable: string;
  /** In the order of the URL. Of several, one is the primary. */
  readonly servers: readonly [DatabaseServer, ...DatabaseServer[]];
  /** User, password, database, TLS and the URL's other options. */
  readonly client: pg.ClientConfig;
  /** The URL as people may see it: without user name, password and options. */
  readonly label: string;
}

/** `host:port`, as a URL has it. */
export const addressOf = ({ host, port }: DatabaseServer): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
