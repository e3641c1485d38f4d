import type { Mutant } from './mutant.js';

/** What the log shows, and what a start in production needs. */
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
    name: 'anybody chooses the id of a request',
    file: 'src/http/request-id.ts',
    text: 'if (trustedProxies === 0) return next;',
    replacement: '',
    specs: ['src/http/request-id.spec.ts'],
  },
  {
    name: 'production starts on the embedded database',
    file: 'src/config/database-url.ts',
    text: "mode === 'production'",
    replacement: "mode === 'test'",
    specs: ['src/config/load-config.spec.ts'],
  },
  {
    name: 'the threads that hash keep the bytes of passwords',
    file: 'src/users/password-hash.worker.mjs',
    text: 'for (const password of passwords) password.fill(0);',
    replacement: '',
    specs: ['src/users/password-hasher.service.spec.ts'],
  },
  {
    name: 'the threads that hash keep passwords as text',
    file: 'src/users/password-hasher.service.ts',
    text: '{ digest: stored ?? DUMMY_HASH, passwords };',
    replacement: '{ digest: stored ?? DUMMY_HASH, passwords, password };',
    specs: ['test/e2e/heap-canaries.spec.ts'],
  },
  {
    name: 'a text of a request ends its log line',
    file: 'src/http/request-log.ts',
    text: 'PLAIN.test(value) ?',
    replacement: 'PLAIN.test(value) || true ?',
    specs: ['src/http/request-log.spec.ts'],
  },
  {
    name: 'the line of an answer names no account',
    file: 'src/http/request-log.ts',
    text: 'userId: user?.id,',
    replacement: 'userId: undefined,',
    specs: ['src/http/request-log.spec.ts'],
  },
];
