import type { Mutant } from './mutant.js';

const BREACHED = 'src/users/breached-passwords.ts';
const BREACHED_SPEC = ['src/users/breached-passwords.spec.ts'] as const;
const RULES = 'src/config/password-rules.ts';
const RULES_SPEC = ['src/config/password-rules.spec.ts'] as const;

/** Changes after which a weak password is accepted, or a password leaves the service. */
export const PASSWORD_MUTANTS: readonly Mutant[] = [
  {
    name: 'common passwords are accepted in production',
    file: 'src/config/load-config.ts',
    text: "PASSWORD_REFUSE_COMMON ?? environment.NODE_ENV === 'production'",
    replacement: 'PASSWORD_REFUSE_COMMON ?? false',
    specs: ['src/config/load-config.passwords.spec.ts'],
  },
  {
    name: 'the list of breached passwords gets the whole hash',
    file: BREACHED,
    text: '`${url}/${hash.slice(0, PREFIX_LENGTH)}`',
    replacement: '`${url}/${hash}`',
    specs: BREACHED_SPEC,
    test: 'sends no more',
  },
  {
    name: 'a change of the password checks no rule',
    file: 'src/auth/auth.service.ts',
    text: "await this.passwords.demand('new_password', next, { email, fullName }, by);",
    replacement: 'void this.passwords;',
    specs: ['test/integration/passwords.spec.ts'],
    test: 'are checked at a change',
  },
  {
    name: 'a registration takes a breached password',
    file: 'src/users/users.service.ts',
    text: "await this.passwords.demand('password', password, account, by);",
    replacement: 'void this.passwords;',
    specs: ['test/integration/passwords.spec.ts'],
    test: 'are refused at registration and at a change',
  },
  {
    name: 'a common password in capital letters is accepted',
    file: RULES,
    text: 'isCommonPassword(folded)',
    replacement: 'isCommonPassword(password)',
    specs: RULES_SPEC,
  },
  {
    name: 'a registration waits without end for the list of breached passwords',
    file: BREACHED,
    text: 'signal: AbortSignal.timeout(TIME_LIMIT_MS),',
    replacement: '',
    specs: BREACHED_SPEC,
    test: 'does not answer',
  },
];
