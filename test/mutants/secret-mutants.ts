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
];
