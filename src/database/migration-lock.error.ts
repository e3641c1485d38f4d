/** A session with a transaction that has locks of tables. */
export interface LockHolder {
  readonly pid: number;
  readonly application: string | null;
  /** How long the transaction has been open. */
  readonly seconds: number | null;
}

/** A migration did not get the lock of a table in time. Nothing of it was changed, and it can be tried again. */
export class MigrationLockError extends Error {
  override readonly name = 'MigrationLockError';
  /** SQLSTATE lock_not_available: an outage, which passes. */
  readonly code = '55P03';

  constructor(holders: readonly LockHolder[]) {
    const list = holders.map(
      ({ pid, application, seconds }) => `process ${pid} (${application || 'no name'}, ${seconds ?? '?'} s)`,
    );
    super(
      `a migration waits for the end of transactions that use its tables: ${list.join(', ') || 'none is open now'}`,
    );
  }
}
