import type { Mutant } from './mutant.js';

const RULES = 'src/config/password-rules.ts';
const RULES_SPEC = ['src/config/password-rules.spec.ts'] as const;
const HASHER = 'src/users/password-hasher.service.ts';
const HASHER_SPEC = ['src/users/password-hasher.service.spec.ts'] as const;
const BREACHED = 'src/users/breached-passwords.service.ts';
const BREACHED_SPEC = ['src/users/breached-passwords.service.spec.ts'] as const;

/** Changes after which a weak password is accepted, or a right one refused. */
export const PASSWORD_MUTANTS: readonly Mutant[] = [
  {
    name: 'the length of a password counts UTF-16 units',
    file: RULES,
    text: 'lengthOf(normalisePassword(password))',
    replacement: 'normalisePassword(password).length',
    specs: RULES_SPEC,
  },
  {
    name: 'the length of a password counts the form that was sent',
    file: RULES,
    text: 'lengthOf(normalisePassword(password))',
    replacement: 'lengthOf(password)',
    specs: RULES_SPEC,
  },
  {
    name: 'a common password in capital letters is accepted',
    file: RULES,
    text: 'isCommonPassword(folded)',
    replacement: 'isCommonPassword(password)',
    specs: RULES_SPEC,
  },
  {
    name: 'the part of the e-mail address before its @ is accepted as a password',
    file: RULES,
    text: '[email, localPart(email), fullName]',
    replacement: '[email, fullName]',
    specs: RULES_SPEC,
  },
  {
    name: 'a name of the product in capital letters counts towards the length of a password',
    file: RULES,
    text: 'isMadeOf(contextWords, folded, minLength)',
    replacement: 'isMadeOf(contextWords, password, minLength)',
    specs: RULES_SPEC,
  },
  {
    name: 'a password may be a name of the product and a year',
    file: RULES,
    text: 'lengthOf(rest) < minLength',
    replacement: "rest === ''",
    specs: RULES_SPEC,
  },
  {
    name: 'common passwords are accepted in production',
    file: 'src/config/load-config.ts',
    text: "PASSWORD_REFUSE_COMMON ?? environment.NODE_ENV === 'production'",
    replacement: 'PASSWORD_REFUSE_COMMON ?? false',
    specs: ['src/config/load-config.passwords.spec.ts'],
  },
  {
    name: 'a common password is accepted for the first admin',
    file: 'src/config/first-admin.ts',
    text: 'if (refusal !== undefined) throw new ConfigurationError([`ADMIN_PASSWORD ${refusal}`]);',
    replacement: 'void refusal;',
    specs: ['src/config/load-config.passwords.spec.ts'],
  },
  {
    name: 'a password is hashed in the form that was sent',
    file: HASHER,
    text: 'encoder.encode(normalisePassword(password))',
    replacement: 'encoder.encode(password)',
    specs: HASHER_SPEC,
    test: 'Unicode',
  },
  {
    name: 'a hash from before the normalisation matches no more',
    file: HASHER,
    text: '[...new Set([normalisePassword(password), password])]',
    replacement: '[normalisePassword(password)]',
    specs: HASHER_SPEC,
    test: 'before passwords were normalised',
  },
  {
    name: 'a hash from before the normalisation is never renewed',
    file: HASHER,
    text: 'return normalised !== password && !(await this.verify(stored, normalised, ip));',
    replacement: 'return false;',
    specs: HASHER_SPEC,
    test: 'before passwords were normalised',
  },
  {
    name: 'a registration waits without end for the list of breached passwords',
    file: BREACHED,
    text: 'signal: AbortSignal.timeout(TIME_LIMIT_MS),',
    replacement: '',
    specs: BREACHED_SPEC,
    test: 'does not answer',
  },
  {
    name: 'padding counts as a breach',
    file: BREACHED,
    text: '(counts.get(suffix) ?? 0) > 0',
    replacement: 'counts.has(suffix)',
    specs: BREACHED_SPEC,
    test: 'padding',
  },
  {
    name: 'an outage of the list of breached passwords stops registrations',
    file: BREACHED,
    text: 'this.isUsable = false;\n      return false;',
    replacement: 'this.isUsable = false;\n      throw error;',
    specs: BREACHED_SPEC,
    test: 'nothing listens',
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
    name: 'a registration checks no rule',
    file: 'src/users/users.service.ts',
    text: "await this.passwords.demand('password', password, { email, fullName }, by);",
    replacement: 'void this.passwords;',
    specs: ['test/integration/passwords.spec.ts'],
    test: 'are checked at registration',
  },
];
