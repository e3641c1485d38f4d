import type { DatabaseServer, DatabaseTarget } from '../config/database-target.js';

/** Where connections to one database go. */
export class PrimaryLocator {
  constructor(readonly target: DatabaseTarget) {}

  /** The server to connect to. */
  find(): Promise<DatabaseServer> {
    return Promise.resolve(this.target.servers[0]);
  }
}
