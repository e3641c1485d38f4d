import { type Mutant, mutantsOf } from './mutant.js';

/** What the log, the memory and messages may not show, and whose address counts. */
export const SECRET_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/common/app.logger.ts', 'test/e2e/canaries.spec.ts')`
    log lines have the parameters of failed statements | the log
      - serializers: { err: serializeError }
      + serializers: { err: (error: object) => ({ ...error }) }
  `,
  ...mutantsOf('src/http/request-log.ts', 'src/http/request-log.spec.ts')`
    log lines have the query string
      - end < 0 ? url : url.slice(0, end)
      + end < 0 ? url : url
  `,
  ...mutantsOf('src/http/http-server.ts', 'src/http/request-log.spec.ts')`
    anybody chooses the address of a request
      - http.trustedProxies > 0 &&
      + http.trustedProxies >= 0 ||
  `,
  ...mutantsOf('src/users/password-hash.worker.mjs', 'src/users/password-hasher.spec.ts')`
    the threads that hash keep the bytes of passwords
      - for (const password of passwords) password.fill(0);
      +
  `,
  ...mutantsOf('src/config/secret-files.ts', 'src/config/secret-files.spec.ts')`
    a secret that is set instead of its path is shown
      - folder !== '.' && folder !== '/' && existsSync(folder)
      + folder !== ''
  `,
  ...mutantsOf('src/config/database-url.ts', 'src/config/load-config.spec.ts')`
    production starts on the embedded database
      - mode === 'production'
      + mode === 'test'
  `,
  ...mutantsOf('src/users/password-hash.worker.mjs', 'test/e2e/heap-canaries.spec.ts')`
    the threads that hash keep passwords as text
      - return work();
      + (globalThis.kept ??= []).push(passwords.map((each) => new TextDecoder().decode(each))); return work();
  `,
  ...mutantsOf('src/config/load-mail.ts', 'test/integration/mail-url-file.spec.ts')`
    a changed SMTP_URL_FILE counts after a restart only | next mail go to the other server
      - current: reread || (() => target)
      + current: () => target ?? reread
  `,
  ...mutantsOf('src/health/health.controller.ts', 'test/integration/mail-health.spec.ts')`
    the health shows everybody the mails in production | in production
      - isShown ? this.mail.read() : undefined
      + isShown || !isShown ? this.mail.read() : undefined
  `,
];
