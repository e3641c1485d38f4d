import { type Mutant, mutantsOf } from './mutant.js';

const ROLES_SPEC = 'test/integration/database-roles.spec.ts';

/** What the role of the service may not do. */
export const ROLE_MUTANTS: readonly Mutant[] = [
  {
    name: 'the service may delete the newest audit events',
    file: 'src/database/migrations/1764000000010-keep-audit-events.ts',
    text: "OLD.at < now() - interval '1 day'\n          AND ",
    replacement: '',
    specs: [ROLES_SPEC],
    test: 'of the last day',
  },
  ...mutantsOf('deploy/postgresql/roles.sql', ROLES_SPEC)`
    the service may record a migration | refuse the service
      - format('REVOKE INSERT, UPDATE, DELETE ON %I.migrations FROM ergodrive_service', :'schema')
      + 'SELECT 1'
  `,
];
