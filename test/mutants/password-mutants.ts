import { type Mutant, mutantsOf } from './mutant.js';

/** Changes after which a weak password is accepted, or a password leaves the service. */
export const PASSWORD_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/config/load-config.ts', 'src/config/load-config.passwords.spec.ts')`
    common passwords are accepted in production
      - PASSWORD_REFUSE_COMMON ?? environment.NODE_ENV === 'production'
      + PASSWORD_REFUSE_COMMON ?? false
  `,
  ...mutantsOf('src/users/breached-passwords.ts', 'src/users/breached-passwords.spec.ts')`
    the list of breached passwords gets the whole hash | sends no more
      - \`\${url}/\${hash.slice(0, PREFIX_LENGTH)}\`
      + \`\${url}/\${hash}\`
    a registration waits without end for the list of breached passwords | does not answer
      - signal: AbortSignal.timeout(TIME_LIMIT_MS),
      +
  `,
  ...mutantsOf('src/auth/auth.service.ts', 'test/integration/passwords.spec.ts')`
    a change of the password checks no rule | are checked at a change
      - await this.passwords.demand('new_password', next, { email, fullName }, by);
      + void this.passwords;
  `,
  ...mutantsOf('src/users/users.service.ts', 'test/integration/passwords.spec.ts')`
    a registration takes a breached password | are refused at registration and at a change
      - await this.passwords.demand('password', password, account, by);
      + void this.passwords;
  `,
  ...mutantsOf('src/config/password-rules.ts', 'src/config/password-rules.spec.ts')`
    a common password in capital letters is accepted
      - isCommonPassword(folded)
      + isCommonPassword(password)
  `,
];
