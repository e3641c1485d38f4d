import type { Mutant } from './mutant.js';

const STATEMENTS = 'src/sessions/session-statements.ts';
const ROTATION = 'src/sessions/session-rotation.service.ts';
const CALLER = 'src/commands/caller.ts';
const COMMANDS = 'src/commands/commands.service.ts';
const ACCOUNTS = 'src/users/account-statements.ts';

/** What a command, a login and a refresh check at their commit. */
export const COMMAND_MUTANTS: readonly Mutant[] = [
  {
    name: 'a command takes no notice of the caller',
    file: CALLER,
    text: 'if (by.sessionId === null) return;',
    replacement: 'if (by.sessionId !== undefined) return;',
    specs: ['test/integration/commands.spec.ts'],
    test: 'once the session has ended',
  },
  {
    name: 'a command that checks nobody is committed',
    file: COMMANDS,
    text: "if (!command.hasCheckedCaller) throw new TypeError('a command has not checked its caller');",
    replacement: '',
    specs: ['test/integration/command-rules.spec.ts'],
    test: 'has not checked the caller',
  },
  {
    name: 'a transaction that PostgreSQL rolled back is acknowledged',
    file: 'src/database/hot-statements.ts',
    text: "if (command === 'ROLLBACK')",
    replacement: 'if (command === undefined)',
    specs: ['test/integration/command-rules.spec.ts'],
    test: 'the error was caught',
  },
  {
    name: 'a command does not wait for others on the account',
    file: COMMANDS,
    text: 'await transaction.run(LOCKS[lock], [accounts]);',
    replacement: ';',
    specs: ['test/integration/command-races.spec.ts'],
  },
  {
    name: 'a password change overwrites one that was made meanwhile',
    file: ACCOUNTS,
    text: 'WHERE id = $7 AND password_hash = $8 AND is_active',
    replacement: 'WHERE id = $7 AND $8::text IS NOT NULL AND is_active',
    specs: ['test/integration/command-races.spec.ts'],
    test: 'let one of two password changes',
  },
  {
    name: 'a login survives a change of the password',
    file: STATEMENTS,
    text: 'AND is_active AND password_hash = $6 FOR',
    replacement: 'AND is_active AND $6::text IS NOT NULL FOR',
    specs: ['test/integration/login-race.spec.ts'],
    test: 'with a change of the password opens no session',
  },
  {
    name: 'the server chooses the isolation',
    file: 'src/database/bounded-client.ts',
    text: 'const settings = `${ISOLATION}; SELECT',
    replacement: 'const settings = `SELECT',
    specs: ['test/integration/isolation.spec.ts'],
    test: 'each connection of the pool is READ COMMITTED',
  },
  {
    name: 'an instance that is gone keeps its locks',
    file: 'src/database/bounded-client.ts',
    text: 'if (idleTransactionMs === undefined) return settings;',
    replacement: 'return settings;',
    specs: ['test/integration/abandoned-transaction.spec.ts'],
    test: 'does not keep the others from ending the session that it has locked',
  },
  {
    name: 'any refresh token of the session is rotated',
    file: STATEMENTS,
    text: "WHERE s.id = $1 AND s.refresh_jti = $2 AND ${isLive('s')}",
    replacement: "WHERE s.id = $1 AND $2::uuid IS NOT NULL AND ${isLive('s')}",
    specs: ['test/integration/refresh-repeat.spec.ts'],
  },
  {
    name: 'a repeated refresh needs no key although the rotation had one',
    file: ROTATION,
    text: 'const isWithoutKey = !row.has_key && idempotencyKey === undefined;',
    replacement: 'const isWithoutKey = idempotencyKey === undefined;',
    specs: ['test/integration/refresh-repeat.spec.ts'],
  },
  {
    name: 'a repeated refresh is accepted after the grace',
    file: ROTATION,
    text: 'row.is_in_grace && isSameClient',
    replacement: 'isSameClient',
    specs: ['test/integration/refresh-repeat.spec.ts'],
  },
  {
    name: 'a repeated refresh is accepted from another network',
    file: ROTATION,
    text: ' && isSameNetwork(row.rotated_ip, by.ip)',
    replacement: '',
    specs: ['test/integration/refresh-repeat.spec.ts'],
  },
  {
    name: 'a reused refresh token ends nothing',
    file: ROTATION,
    text: 'await this.endReused({ userId: row.user_id, id: sessionId }, by);',
    replacement: '',
    specs: ['test/integration/refresh-repeat.spec.ts'],
  },
  {
    name: 'a repeated refresh is not audited',
    file: ROTATION,
    text: 'await this.note(kind, row.user_id, presented, by);',
    replacement: '',
    specs: ['test/integration/refresh-repeat.spec.ts'],
  },
  {
    name: 'a repeated refresh is accepted with another user agent',
    file: ROTATION,
    text: 'row.rotated_user_agent === by.userAgent && ',
    replacement: '',
    specs: ['test/integration/refresh-repeat.spec.ts'],
  },
];
