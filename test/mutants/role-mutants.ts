import type { Mutant } from './mutant.js';

const ROLES_SPEC = ['test/integration/database-roles.spec.ts'] as const;

/** What the role of the service may do, and needs. */
export const ROLE_MUTANTS: readonly Mutant[] = [
  {
    name: 'the service may delete the newest audit events',
    file: 'src/database/migrations/1764000000010-keep-audit-events.ts',
    text: "OLD.at < now() - interval '1 day'\n          AND ",
    replacement: '',
    specs: ROLES_SPEC,
    test: 'of the last day',
  },
  {
    name: 'the service may record a migration',
    file: 'deploy/postgresql/roles.sql',
    text: 'REVOKE INSERT, UPDATE, DELETE ON public.migrations FROM ergodrive_service;',
    replacement: 'NULL;',
    specs: ROLES_SPEC,
    test: 'refuse the service',
  },
  {
    name: 'the retention of the audit trail needs the right to change it',
    file: 'src/audit/audit-retention.service.ts',
    text: 'LIMIT $2)`',
    replacement: 'LIMIT $2 FOR UPDATE)`',
    specs: ROLES_SPEC,
    test: 'background tasks',
  },
  {
    name: 'a start by a role that may not migrate does not say what to do',
    file: 'src/database/migrate.ts',
    text: 'if (statementErrorCode(error) !== NO_PRIVILEGE) throw error;',
    replacement: 'if (source.isInitialized) throw error;',
    specs: ROLES_SPEC,
    test: 'apply migrations',
  },
];
