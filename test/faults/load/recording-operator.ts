import { sql } from '../../support/postgres/sql.js';
import type { History, Operation } from '../checker/history.js';
import type { TestSession, TestUser } from './population.js';

const REVOKE = `
  UPDATE sessions SET revoked_at = now(), revoke_reason = 'revoked_by_admin' WHERE id = $1 AND revoked_at IS NULL`;
const SET_ROLE = 'UPDATE users SET role = $2 WHERE id = $1';

/** Changes rows in PostgreSQL by SQL, as an operator does, and records that. */
export class RecordingOperator {
  /** @param databaseUrl where the rows are at the time */
  constructor(
    private readonly history: History,
    private readonly databaseUrl: () => string,
  ) {}

  revoke({ id, user }: TestSession): Promise<Operation> {
    return this.record({ kind: 'sql-revoke', userId: user.id, ends: [id] }, REVOKE, [id]);
  }

  setRole({ id: userId }: TestUser, role: string): Promise<Operation> {
    return this.record({ kind: 'sql-set-role', userId, sets: role }, SET_ROLE, [userId, role]);
  }

  private async record(
    facts: Pick<Operation, 'kind' | 'userId' | 'ends' | 'sets'>,
    statement: string,
    values: readonly unknown[],
  ): Promise<Operation> {
    const start = performance.now();
    const outcome = await sql(this.databaseUrl(), statement, values).then(
      () => ({ status: 200 }),
      (error: unknown) => ({ status: 0, code: String(error) }),
    );
    const operation = { ...facts, instance: -1, start, end: performance.now(), ...outcome };
    this.history.add(operation);
    return operation;
  }
}
