import type { Mutant } from './mutant.js';

const DRAINING = 'src/health/draining.ts';

/** What keeps requests from failing while instances are restarted, and starts from failing without need. */
export const SHUTDOWN_MUTANTS: readonly Mutant[] = [
  {
    name: 'an instance that drains is ready',
    file: 'src/health/health.controller.ts',
    text: 'if (report !== undefined) throw new ServiceUnavailableException(report);',
    replacement: 'void report;',
    specs: ['test/e2e/draining.spec.ts'],
  },
  {
    name: 'an instance that drains keeps its connections',
    file: DRAINING,
    text: "if (this.hasBegun) void reply.header('connection', 'close');",
    replacement: '',
    specs: ['src/health/draining.spec.ts'],
  },
  {
    name: 'an instance listens no more at once',
    file: DRAINING,
    text: 'if (drainSeconds === 0) return;',
    replacement: 'if (drainSeconds >= 0) return;',
    specs: ['src/health/draining.spec.ts'],
  },
  {
    name: 'a start waits for a database that refuses',
    file: 'src/database/wait-for-database.ts',
    text: 'if (failure instanceof ConfigurationError) return false;',
    replacement: '',
    specs: ['src/database/wait-for-database.spec.ts'],
  },
  {
    name: 'a start does not wait for PostgreSQL',
    file: 'src/database/wait-for-database.ts',
    text: 'if (waitedMs + RETRY_MS > waitSeconds * 1000) throw failure;',
    replacement: 'throw failure;',
    specs: ['src/database/wait-for-database.spec.ts'],
    test: 'tries again until the server answers',
  },
];
