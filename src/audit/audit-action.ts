/**
 * The actions that each folder adds to the audit trail, by the name of the folder. A folder adds its own without an edit
 * here: at run time by `registerAuditActions`, and in this type by declaration merging.
 *
 *     export const PROJECT_ACTIONS = registerAuditActions('project.created', 'project.archived');
 *
 *     declare module '../audit/audit-action.js' {
 *       interface AuditActions {
 *         projects: (typeof PROJECT_ACTIONS)[number];
 *       }
 *     }
 */
export interface AuditActions {
  accounts: (typeof ACCOUNT_ACTIONS)[number];
}

/** What an event of the audit trail may name as its action. */
export type AuditAction = AuditActions[keyof AuditActions];

const registered: string[] = [];

/** Every action that is registered so far. Later registrations appear in the same array. */
export const AUDIT_ACTIONS = registered as readonly string[] as readonly AuditAction[];

/**
 * Adds actions to those that the API accepts as a filter and lists in its documentation. Call it when the module loads.
 * @param actions each `<subject>.<past participle>`, such as `project.archived`; one that is registered already stays once
 */
export function registerAuditActions<const Actions extends readonly string[]>(...actions: Actions): Actions {
  registered.push(...actions.filter((action) => !registered.includes(action)));
  return actions;
}

/** A deactivation revokes the sessions of the account; its one event covers them. */
export const ACCOUNT_ACTIONS = registerAuditActions(
  'user.registered',
  'user.password_changed',
  'user.password_change_failed',
  'user.password_reset_requested',
  'user.password_reset',
  'user.password_removed',
  'user.email_verified',
  'user.email_change_requested',
  'user.email_change_failed',
  'user.email_changed',
  'user.email_change_undone',
  'user.one_time_token_issued',
  'user.role_changed',
  'user.activated',
  'user.deactivated',
  'accounts.import_started',
  'accounts.import_finished',
  'accounts.exported',
  'session.opened',
  'session.login_failed',
  'session.refresh_repeated',
  'session.refresh_refused',
  'session.revoked',
  'session.everybody_ended',
);
