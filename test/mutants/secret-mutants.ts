import type { Mutant } from './mutant.js';

const SECRET_FILES = 'src/config/secret-files.ts';
const SECRET_FILES_SPEC = ['src/config/secret-files.spec.ts'] as const;

/** What the log, the memory and messages may not show, and whose address counts. */
export const SECRET_MUTANTS: readonly Mutant[] = [
  {
    name: 'log lines have the parameters of failed statements',
    file: 'src/common/app.logger.ts',
    text: 'serializers: { err: serializeError }',
    replacement: 'serializers: { err: (error: object) => ({ ...error }) }',
    specs: ['test/e2e/canaries.spec.ts'],
    test: 'the log',
  },
  {
    name: 'log lines have the query string',
    file: 'src/http/request-log.ts',
    text: 'end < 0 ? url : url.slice(0, end)',
    replacement: 'end < 0 ? url : url',
    specs: ['src/http/request-log.spec.ts'],
  },
  {
    name: 'anybody chooses the address of a request',
    file: 'src/http/http-server.ts',
    text: 'http.trustedProxies > 0 &&',
    replacement: 'http.trustedProxies >= 0 ||',
    specs: ['src/http/request-log.spec.ts'],
  },
  {
    name: 'the threads that hash keep the bytes of passwords',
    file: 'src/users/password-hash.worker.mjs',
    text: 'for (const password of passwords) password.fill(0);',
    replacement: '',
    specs: ['src/users/password-hasher.spec.ts'],
  },
  {
    name: 'a secret that is set instead of its path is shown',
    file: SECRET_FILES,
    text: "folder !== '.' && folder !== '/' && existsSync(folder)",
    replacement: "folder !== ''",
    specs: SECRET_FILES_SPEC,
  },
  {
    name: 'production starts on the embedded database',
    file: 'src/config/database-url.ts',
    text: "mode === 'production'",
    replacement: "mode === 'test'",
    specs: ['src/config/load-config.spec.ts'],
  },
  {
    name: 'the threads that hash keep passwords as text',
    file: 'src/users/password-hash.worker.mjs',
    text: 'return work();',
    replacement:
      '(globalThis.kept ??= []).push(passwords.map((each) => new TextDecoder().decode(each))); return work();',
    specs: ['test/e2e/heap-canaries.spec.ts'],
  },
  {
    name: 'a changed SMTP_URL_FILE counts after a restart only',
    file: 'src/config/load-mail.ts',
    text: 'current: reread || (() => target)',
    replacement: 'current: () => target ?? reread',
    specs: ['test/integration/mail-url-file.spec.ts'],
    test: 'next mail go to the other server',
  },
  {
    name: 'the health shows everybody the mails in production',
    file: 'src/health/health.controller.ts',
    text: 'isShown ? this.mail.read() : undefined',
    replacement: 'isShown || !isShown ? this.mail.read() : undefined',
    specs: ['test/integration/mail-health.spec.ts'],
    test: 'in production',
  },
];
