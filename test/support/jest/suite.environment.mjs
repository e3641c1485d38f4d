import { createRequire } from 'node:module';

// jest-environment-node is jest's own dependency: resolved from jest, so that its version always matches.
const fromJest = createRequire(createRequire(import.meta.url).resolve('jest'));
const fromCore = createRequire(fromJest.resolve('@jest/core'));
const fromConfig = createRequire(fromCore.resolve('jest-config'));
const { TestEnvironment } = fromConfig('jest-environment-node');

// A worker whose jest was killed would run on alone, with its services. Asked, not listened for: a
// `disconnect` listener keeps a worker from ending.
if (process.send) setInterval(() => process.connected || process.exit(1), 1_000).unref();

/**
 * After the last `afterAll` of a suite, releases what the suite started and did not stop (see
 * `suite-resources.ts`). A setup file's `afterAll` would not do: jest runs it before the suite's own.
 */
export default class SuiteEnvironment extends TestEnvironment {
  async handleTestEvent(event) {
    if (event.name === 'run_finish') await this.global[Symbol.for('suite-resources.release')]?.();
  }
}
