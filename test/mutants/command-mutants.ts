import { type Mutant, mutantsOf } from './mutant.js';

const STATEMENTS = 'src/sessions/session-statements.ts';
const COMMANDS = 'src/commands/commands.service.ts';

/** What a command, a login and a refresh check at their commit. */
export const COMMAND_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/commands/caller.ts', 'test/integration/commands.spec.ts')`
    a command takes no notice of the caller | once the session has ended
      - if (by.sessionId === null) return;
      + if (by.sessionId !== undefined) return;
  `,
  ...mutantsOf(COMMANDS, 'test/integration/command-rules.spec.ts')`
    a command that checks nobody is committed | has not checked the caller
      - if (!command.hasCheckedCaller) throw new TypeError('a command has not checked its caller');
      +
  `,
  ...mutantsOf('src/database/hot-statements.ts', 'test/integration/command-rules.spec.ts')`
    a transaction that PostgreSQL rolled back is acknowledged | the error was caught
      - if (command === 'ROLLBACK')
      + if (command === undefined)
  `,
  ...mutantsOf(COMMANDS, 'test/integration/command-races.spec.ts')`
    a command does not wait for others on the account
      - await transaction.run(LOCKS[lock], [accounts]);
      + ;
  `,
  ...mutantsOf('src/users/account-statements.ts', 'test/integration/command-races.spec.ts')`
    a password change overwrites one that was made meanwhile | let one of two password changes
      - WHERE id = $7 AND password_hash = $8 AND is_active
      + WHERE id = $7 AND $8::text IS NOT NULL AND is_active
  `,
  ...mutantsOf(STATEMENTS, 'test/integration/login-race.spec.ts')`
    a login survives a change of the password | with a change of the password opens no session
      - AND is_active AND password_hash = $6 FOR
      + AND is_active AND $6::text IS NOT NULL FOR
  `,
  ...mutantsOf('src/database/bounded-client.ts', 'test/integration/isolation.spec.ts')`
    the server chooses the isolation | each connection of the pool is READ COMMITTED
      - const settings = \`\${ISOLATION}; SELECT
      + const settings = \`SELECT
  `,
  ...mutantsOf('src/database/bounded-client.ts', 'test/integration/abandoned-transaction.spec.ts')`
    an instance that is gone keeps its locks
      | does not keep the others from ending the session that it has locked
      - if (idleTransactionMs === undefined) return settings;
      + return settings;
  `,
  ...mutantsOf(STATEMENTS, 'test/integration/refresh-repeat.spec.ts')`
    any refresh token of the session is rotated
      - WHERE s.id = $1 AND s.refresh_jti = $2 AND \${isLive('s')}
      + WHERE s.id = $1 AND $2::uuid IS NOT NULL AND \${isLive('s')}
  `,
  ...mutantsOf('src/sessions/session-rotation.service.ts', 'test/integration/refresh-repeat.spec.ts')`
    a repeated refresh needs no key although the rotation had one
      - const isWithoutKey = !row.has_key && idempotencyKey === undefined;
      + const isWithoutKey = idempotencyKey === undefined;
    a repeated refresh is accepted after the grace
      - row.is_in_grace && isSameClient
      + isSameClient
    a repeated refresh is accepted from another network
      -  && isSameNetwork(row.rotated_ip, by.ip)
      +
    a reused refresh token ends nothing
      - await this.endReused({ userId: row.user_id, id: sessionId }, by);
      +
    a repeated refresh is not audited
      - await this.note(kind, row.user_id, presented, by);
      +
    a repeated refresh is accepted with another user agent
      - row.rotated_user_agent === by.userAgent && ${''}
      +
  `,
];
