// Runs a suite twenty times beside load, and counts. Usage: npm run test:repeat -- FILE [ARGUMENT OF JEST]...
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const RUNS = 20;
/** Each keeps one processor busy, and ends by itself should this process be killed. */
const BUSY = 'const end = Date.now() + 1_800_000; while (Date.now() < end && process.ppid !== 1);';
const [file, ...rest] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: npm run test:repeat -- FILE [ARGUMENT OF JEST]...');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'repeat-'));
const report = join(folder, 'report.json');
const busy = Array.from({ length: availableParallelism() }, () => spawn(process.execPath, ['--eval', BUSY]));
const failures = new Map();
let red = 0;
for (let run = 1; run <= RUNS; run++) {
  const jest = ['node_modules/jest/bin/jest.js', '--maxWorkers', '1', '--json', `--outputFile=${report}`];
  const args = ['--disable-warning=ExperimentalWarning', ...jest, ...rest, '--runTestsByPath', file];
  const started = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${String(run).padStart(2)} ${status === 0 ? 'green' : 'RED  '} ${seconds.padStart(6)} s`);
  if (status === 0) continue;
  red += 1;
  for (const [name, text] of failuresOf(report)) failures.set(name, [...(failures.get(name) ?? []), text]);
}
for (const child of busy) child.kill('SIGKILL');
rmSync(folder, { recursive: true });
for (const [name, [text, ...more]] of failures) console.log(`\n${more.length + 1} times: ${name}\n${text}`);
console.log(`\n${RUNS} runs beside ${busy.length} busy processes: ${RUNS - red} green, ${red} red`);
process.exitCode = red === 0 ? 0 : 1;

function failuresOf(path) {
  const { testResults } = JSON.parse(readFileSync(path, 'utf8'));
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === 'failed');
    if (tests.length === 0) return [[name, message]];
    return tests.map(({ fullName, failureMessages }) => [
      fullName,
      stripVTControlCharacters(failureMessages.join('\n')).split('\n').slice(0, 12).join('\n'),
    ]);
  });
}
