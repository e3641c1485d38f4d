import { type Mutant, mutantsOf } from './mutant.js';

const ROLES_SPEC = 'test/integration/database-roles.spec.ts';

/** What the role of the service may not do. */
export const ROLE_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/database/migrations/1764000000010-keep-audit-events.ts', ROLES_SPEC)`
    the service may delete the newest audit events | of the last day
      - OLD.at < now() - interval '1 day'
      -           AND ${''}
      +
  `,
  ...mutantsOf('deploy/postgresql/roles.sql', ROLES_SPEC)`
    the service may record a migration | refuse the service
      - format('REVOKE INSERT, UPDATE, DELETE ON %I.migrations FROM ergodrive_service', :'schema')
      + 'SELECT 1'
  `,
];
