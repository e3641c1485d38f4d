import { createRequire } from 'node:module';

// @jest/test-sequencer is jest's own dependency: resolved from jest, so that its version always matches.
const fromJest = createRequire(createRequire(import.meta.url).resolve('jest'));
const fromCore = createRequire(fromJest.resolve('@jest/core'));
const fromConfig = createRequire(fromCore.resolve('jest-config'));
const { default: TestSequencer } = fromConfig('@jest/test-sequencer');

/** Suites of more than 40 s. A suite that begins last, when no other is left, makes the run longer by its whole time. */
const LONGEST = [
  'faults/faults.long',
  'integration/heap-growth.long',
  'faults/promises',
  'fuzz/requests.long',
  'faults/services-faults.long',
  'faults/skew-faults.long',
  'e2e/key-rotation.long',
  'e2e/examples.long',
  'e2e/rolling-restart.long',
  'faults/replication-faults.long',
  'cluster/cluster-faults.long',
].map((name) => `/test/${name}.spec.ts`);

/** Begins with the longest suites, also in a fresh clone, where jest knows no times and would begin with the largest files. */
export default class LongestFirstSequencer extends TestSequencer {
  async sort(tests) {
    const place = ({ path }) => {
      const index = LONGEST.findIndex((end) => path.endsWith(end));
      return index === -1 ? LONGEST.length : index;
    };
    return [...(await super.sort(tests))].sort((one, other) => place(one) - place(other));
  }
}
