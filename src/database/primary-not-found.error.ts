import { NoPrimaryError, reasonOf } from '../common/database-errors.js';
import { addressOf, type DatabaseServer } from '../config/database-target.js';

/** Why a host is not the primary: it cannot be asked, or it is a standby or read-only (`NoPrimaryError`). */
export interface HostFailure {
  readonly server: DatabaseServer;
  readonly error: unknown;
}

/** None of the hosts of a URL is a primary. The message names each host and its reason. */
export class PrimaryNotFoundError extends NoPrimaryError {
  /** The hosts that could not be asked. One of them may be the primary. */
  readonly unasked: readonly unknown[];

  constructor(failures: readonly HostFailure[]) {
    const hosts = failures.map(({ server, error }) => `${addressOf(server)} (${reasonOf(error)})`);
    super(`no primary among ${hosts.join(', ')}`);
    this.unasked = failures.map(({ error }) => error).filter((error) => !(error instanceof NoPrimaryError));
  }
}
