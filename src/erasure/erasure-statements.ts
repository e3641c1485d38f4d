import { CALLER } from '../commands/caller.js';
import { ADMIN_ROLE } from '../config/roles.js';
import type { HotStatement } from '../database/hot-statements.js';
import { isLive } from '../database/live-session.js';

/** The account, if it exists, what limits its erasure, and the sessions that it ends. */
export type AccountToErase = { hasOtherAdmins: boolean; liveSessions: string[] } & (
  | {
      id: string;
      email: string;
      role: string;
      isActive: boolean;
      locale: string | null;
      deletionDueAt: Date | null;
    }
  | { id: null }
);

export const READ_TO_ERASE: HotStatement = {
  name: 'read_account_to_erase',
  text: `
  WITH ${CALLER}
  SELECT (SELECT role FROM caller) AS caller_role, account.*,
    EXISTS (SELECT FROM users WHERE role = '${ADMIN_ROLE}' AND is_active AND id <> $7) AS "hasOtherAdmins",
    ARRAY(SELECT id::text FROM sessions WHERE user_id = $7 AND ${isLive('sessions')}) AS "liveSessions"
  FROM (SELECT 1) AS always LEFT JOIN (
    SELECT id, email, role, is_active AS "isActive", locale, deletion_due_at AS "deletionDueAt" FROM users WHERE id = $7
  ) AS account ON true`,
};

/** For the trigger that writes the event: it cannot know who acts. */
export const NAME_ERASER: HotStatement = {
  name: 'name_eraser',
  text: `SELECT set_config('ergodrive.erased_by', $1, true)`,
};

/** Triggers do the rest: migration `EraseAccounts1764000000036`. */
export const ERASE: HotStatement = {
  name: 'erase_account',
  text: 'DELETE FROM users WHERE id = $1 RETURNING id',
};

/** Deactivates the account, which ends its sessions, and says when it is erased. */
export const SCHEDULE: HotStatement = {
  name: 'schedule_erasure',
  text: `
  UPDATE users SET is_active = false, updated_at = statement_timestamp(),
    deletion_due_at = statement_timestamp() + make_interval(days => $2)
  WHERE id = $1 RETURNING deletion_due_at AS "dueAt"`,
};

/** A trigger removes the time of the deletion. */
export const UNDO: HotStatement = {
  name: 'undo_erasure',
  text: `
  UPDATE users SET is_active = true, updated_at = statement_timestamp()
  WHERE id = $1 AND NOT is_active AND deletion_due_at IS NOT NULL RETURNING id`,
};
