import { Injectable } from '@nestjs/common';
import { EvictionService } from '../log/eviction.service.js';
import type { Actor } from '../common/actor.js';
import { ProblemError, Problems } from '../http/problem.error.js';
import { isLive } from '../database/live-session.js';
import { ADMIN_ROLE, type Role } from '../common/role.js';
import { type HotStatement, HotStatements, type Run } from '../database/hot-statements.js';

/** Locks in the order of the ids, so that commands on the same accounts wait for each other and never deadlock. */
const LOCK_ACCOUNTS: HotStatement = {
  name: 'lock_accounts',
  text: 'SELECT id FROM users WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE',
};

/** Locks every active admin too, so that changes that remove an admin wait for each other. */
const LOCK_ACCOUNTS_AND_ADMINS: HotStatement = {
  name: 'lock_accounts_and_admins',
  text: `
  SELECT id FROM users WHERE id = ANY($1::uuid[]) OR (role = '${ADMIN_ROLE}' AND is_active)
  ORDER BY id FOR NO KEY UPDATE`,
};

/** Parameters of `CALLER`, in its order. */
export const callerValues = (by: Actor): unknown[] => [by.id, by.sessionId, by.requiredRoles ?? null];

/**
 * Common table expressions for a statement that acts for a caller, whose first parameters are `callerValues`.
 * `caller` has the role of an active caller with a live session, which stays live until the commit. `permitted` has a
 * row when the caller may act: with one of the roles that are required, or without a session to check.
 */
export const CALLER = `
  caller AS (
    SELECT u.role FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = $2::uuid AND u.id = $1::uuid AND u.is_active
      AND ${isLive('s')}
    FOR SHARE OF s
  ), permitted AS MATERIALIZED (
    SELECT 1 FROM caller WHERE $3::text[] IS NULL OR role = ANY($3::text[])
    UNION ALL SELECT 1 WHERE $2::uuid IS NULL
  )`;

/** The column that a statement with `CALLER` returns: `(SELECT role FROM caller) AS caller_role`. */
export interface CallerRow {
  caller_role: Role | null;
}

/**
 * Runs commands, which check the caller again within their transaction. The guard checked the caller when the request
 * arrived. Since then the session may have been revoked, or the role changed.
 */
@Injectable()
export class AccountCommands {
  constructor(
    private readonly statements: HotStatements,
    private readonly invalidation: EvictionService,
  ) {}

  /**
   * Runs `act` in a transaction that has locked the accounts of the caller and of `userIds`. Every change of an account, and
   * of its sessions, locks the account too. So what `act` reads of these accounts stays true until the commit.
   * @param withAdmins also locks all active admins
   * @throws ProblemError that `act` threw: then nothing was changed, and the cache entries of the accounts are deleted
   */
  async run<T>(
    by: Actor,
    userIds: readonly string[],
    act: (run: Run) => Promise<T>,
    { withAdmins = false } = {},
  ): Promise<T> {
    const accounts = [...new Set([...userIds, ...(by.id === null ? [] : [by.id])])];
    try {
      return await this.statements.transaction(async (run) => {
        await run(withAdmins ? LOCK_ACCOUNTS_AND_ADMINS : LOCK_ACCOUNTS, [accounts]);
        return act(run);
      });
    } catch (error) {
      // Another command may have committed first and caused this refusal, but not have deleted the cache entries yet.
      // They are deleted before the answer, which reveals that commit.
      if (error instanceof ProblemError) await this.invalidation.evictOrWait(accounts);
      throw error;
    }
  }
}

/** @throws ProblemError 401 `token_revoked`, 403 `forbidden` */
export function demandPermitted(by: Actor, row: CallerRow | undefined): void {
  if (by.sessionId === null) return;
  const role = row?.caller_role ?? null;
  if (role === null) throw Problems.tokenRevoked();
  if (by.requiredRoles !== undefined && !by.requiredRoles.includes(role)) throw Problems.forbidden();
}
