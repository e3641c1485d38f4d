import { createRequire } from 'node:module';

// jest-runner is jest's own dependency: resolved from jest, so that its version always matches.
const fromJest = createRequire(createRequire(import.meta.url).resolve('jest'));
const fromCore = createRequire(fromJest.resolve('@jest/core'));
const { default: TestRunner } = fromCore('jest-runner');

/** Runs its specs one after another, after every other project's specs, whatever `maxWorkers` says. */
export default class SerialRunner extends TestRunner {
  isSerial = true;
}
