import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';

/** Each test counts its runs in a file, and fails as often as `failures` says. */
const SUITE = `
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const failing = (name, failures, error) => test(name, () => {
  const file = __dirname + '/' + name;
  const runs = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  writeFileSync(file, String(runs + 1));
  if (runs < failures) throw error;
});
class SafetyViolation extends Error { name = 'SafetyViolation'; }
`;
const JEST = 'node_modules/jest/bin/jest.js';

describe('.ci/verdict.mjs', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await makeTemporaryDirectory('verdict');
    mkdirSync(join(folder, 'results'));
    writeFileSync(
      join(folder, 'jest.config.cjs'),
      'module.exports = { testMatch: ["**/*.test.cjs"], transform: {} };',
    );
  });
  afterEach(() => removeTemporaryDirectory(folder));

  /** Runs suites as `.ci/run` does, and judges the run. */
  const judge = (suites: Readonly<Record<string, string>>) => {
    for (const [name, tests] of Object.entries(suites))
      writeFileSync(join(folder, `${name}.test.cjs`), `${SUITE}${tests}`);
    const own = ['--config', join(folder, 'jest.config.cjs'), '--rootDir', folder];
    const report = join(folder, 'results/quick.json');
    const { status } = spawnSync(process.execPath, [JEST, ...own, '--json', `--outputFile=${report}`]);
    const run = { title: 'quick suites', exitCode: status, node: process.execPath };
    writeFileSync(join(folder, 'results/quick.run.json'), JSON.stringify(run));
    const notes = [{ suite: 'once.test.cjs', load: 7.25, stalledMs: 431 }];
    writeFileSync(join(folder, 'results/quick.suites.json'), JSON.stringify(notes));
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['.ci/verdict.mjs', join(folder, 'results'), join(folder, 'failures')],
      { encoding: 'utf8', env: { ...process.env, JEST_ARGUMENTS: JSON.stringify(own) } },
    );
    return { counts: stdout.trim(), says: stderr };
  };
  const runsOf = (name: string) => Number(readFileSync(join(folder, name), 'utf8'));
  const failures = () => readFileSync(join(folder, 'failures'), 'utf8');

  it('counts a test that fails once and passes alone as flaky, with its first failure and the state of the machine', () => {
    const { counts, says } = judge({
      once: `failing('once', 1, new Error('too late by 3 ms')); failing('never', 0);`,
    });
    expect(counts).toBe('2 0');
    expect(says).toContain('2 passed, 0 failed, 1 flaky');
    const flaky = readFileSync(join(folder, 'results/flaky.txt'), 'utf8');
    for (const text of ['too late by 3 ms', 'load of the machine: 7.3', 'stalls: 431 ms'])
      expect([says, flaky].every((output) => output.includes(text))).toBe(true);
    expect({ once: runsOf('once'), never: runsOf('never') }).toEqual({ once: 2, never: 1 });
  });

  it('leaves red what fails twice, and a suite that cannot run', () => {
    const { counts } = judge({
      twice: `failing('twice', 2, new Error('broken'));`,
      broken: 'throw new Error("no");',
    });
    expect(counts).toBe('0 2');
    expect(failures()).toContain('broken');
    expect(runsOf('twice')).toBe(2);
  });

  it('never repeats a violation of safety, nor what failed beside it in its suite', () => {
    const { counts } = judge({
      unsafe: `failing('accepted', 1, new SafetyViolation('a revoked token was accepted')); failing('beside', 1, new Error('late'));`,
    });
    expect(counts).toBe('0 2');
    expect(failures()).toContain('a revoked token was accepted');
    expect({ accepted: runsOf('accepted'), beside: runsOf('beside') }).toEqual({ accepted: 1, beside: 1 });
  });
});
