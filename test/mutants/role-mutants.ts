import type { Mutant } from './mutant.js';

const ROLES_SPEC = ['test/integration/database-roles.spec.ts'] as const;

/** What the role of the service may not do. */
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
    text: "format('REVOKE INSERT, UPDATE, DELETE ON %I.migrations FROM ergodrive_service', :'schema')",
    replacement: "'SELECT 1'",
    specs: ROLES_SPEC,
    test: 'refuse the service',
  },
];
