import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// These are dependencies of jest: resolved from jest, so that their versions always match.
const fromJest = createRequire(createRequire(import.meta.url).resolve('jest'));
const fromCore = createRequire(fromJest.resolve('@jest/core'));
const fromConfig = createRequire(fromCore.resolve('jest-config'));
const fromEnvironment = createRequire(fromConfig.resolve('jest-environment-node'));
const { ModernFakeTimers } = fromEnvironment('@jest/fake-timers');
const { ModuleMocker } = fromEnvironment('jest-mock');

// A worker whose jest was killed would run on alone, with its services. Asked, not listened for: a
// `disconnect` listener keeps a worker from ending.
if (process.send) setInterval(() => process.connected || process.exit(1), 1_000).unref();

let processes = 0;
subscribe('child_process', () => {
  processes += 1;
});

/** What jest-circus keeps of a suite in the global object. */
const CIRCUS_STATE = new Set(['EVENT_HANDLERS', 'JEST_STATE_SYMBOL']);

/** Suites run in the realm of Node itself, one after the other in each process; see `native.runtime.cjs`. */
export default class NativeEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  #before = { console: globalThis.console, exit: process.exit, variables: { ...process.env } };

  #processesBefore = processes;

  constructor({ projectConfig }, { testPath }) {
    this.testPath = testPath;
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  async setup() {}

  /** Undoes what a suite changed in its process, so that the next one begins as the first one did. */
  async teardown() {
    this.fakeTimersModern.dispose();
    this.moduleMocker.restoreAllMocks();
    globalThis.console = this.#before.console;
    process.exit = this.#before.exit;
    for (const name of Object.keys(process.env))
      if (!(name in this.#before.variables)) delete process.env[name];
    Object.assign(process.env, this.#before.variables);
    this.#noteProcesses();
    for (const symbol of Object.getOwnPropertySymbols(globalThis))
      if (CIRCUS_STATE.has(symbol.description)) delete globalThis[symbol];
  }

  /** For `table.reporter.mjs`, which runs in another process. */
  #noteProcesses() {
    const folder = process.env.TEST_PROCESS_COUNTS;
    if (folder === undefined) return;
    const note = { suite: this.testPath, processes: processes - this.#processesBefore };
    writeFileSync(join(folder, randomUUID()), JSON.stringify(note));
  }

  /**
   * After the last `afterAll` of a suite, releases what the suite started and did not stop (see `suite-resources.ts`). A setup file's
   * `afterAll` would not do: jest runs it before the suite's own.
   */
  async handleTestEvent(event) {
    if (event.name === 'run_finish') await globalThis[Symbol.for('suite-resources.release')]?.();
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return null;
  }
}
