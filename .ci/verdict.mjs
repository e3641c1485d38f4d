// Judges the runs of Jest of which `.ci/run` kept the reports: usage: node .ci/verdict.mjs FOLDER FAILURES
// FOLDER has for each run NAME: NAME.json (Jest's report), NAME.suites.json (load and stalls by suite) and NAME.run.json (title, exit
// code, Node). What failed is run once more, alone. Red again is red; green is flaky: it counts as passed, and is shown with its first
// failure. A violation of safety is never repeated (test/support/safety.ts). Prints "<passed> <failed>" on stdout, everything else on
// stderr, and appends what failed to the file FAILURES. `flaky.txt` in FOLDER keeps the flaky ones.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const LINES_OF_A_FAILURE = 25;
const REPEAT_LIMIT_MS = 300_000;
const MOST_REPEATED_SUITES = 12;
const [, , folder, failuresFile] = process.argv;
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const say = (text) => process.stderr.write(`${text}\n`);
const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const verdict = { passed: 0, failed: 0, flaky: [] };
for (const file of readdirSync(folder).filter((name) => name.endsWith('.run.json')))
  judge(file.slice(0, -'.run.json'.length));
if (verdict.flaky.length > 0) {
  writeFileSync(join(folder, 'flaky.txt'), `${verdict.flaky.join('\n\n')}\n`);
  say(`\n${verdict.flaky.join('\n\n')}`);
}
say(`\n${verdict.passed} passed, ${verdict.failed} failed, ${verdict.flaky.length} flaky`);
console.log(`${verdict.passed} ${verdict.failed}`);

/** A suite that could not run, a test that was not run, an empty run and a run that failed for another reason each count as a failure. */
function judge(name) {
  const { title, exitCode, node } = readJson(join(folder, `${name}.run.json`));
  const report = existsSync(join(folder, `${name}.json`)) ? readJson(join(folder, `${name}.json`)) : {};
  const { numPassedTests: passed = 0, numPendingTests = 0, numTodoTests = 0, testResults = [] } = report;
  const notRun = numPendingTests + numTodoTests;
  const suites = testResults.filter(({ status }) => status === 'failed');
  say(
    `==> ${title}: ${passed} passed, ${suites.length} suites with failures, ${notRun} not run, exit code ${exitCode}`,
  );
  verdict.passed += passed;
  if (notRun > 0) fail(`${title}: ${notRun} tests were not run`, notRun);
  if (suites.length === 0 && (passed === 0 || exitCode !== 0))
    fail(`${title} ended with the exit code ${exitCode}`);
  const notes = existsSync(join(folder, `${name}.suites.json`))
    ? readJson(join(folder, `${name}.suites.json`))
    : [];
  for (const suite of suites) judgeSuite(suite, node, notes, suites.length <= MOST_REPEATED_SUITES);
}

function judgeSuite(suite, node, notes, mayRepeat) {
  const failures = failuresOf(suite);
  const isUnsafe = failures.some(({ text }) => text.includes('SafetyViolation'));
  const again = mayRepeat && !isUnsafe ? repeat(suite, failures, node) : undefined;
  for (const { test, text } of failures) {
    const what = `${suite.name}\n${test ?? 'the suite could not run'}\n${text}`;
    if (again === undefined || again.has(test) || again.has(undefined)) fail(what);
    else {
      verdict.passed += test === undefined ? 0 : 1;
      verdict.flaky.push(`==> FLAKY (failed once, passed alone): ${what}\n${machineDuring(suite, notes)}`);
    }
  }
}

function machineDuring({ name }, notes) {
  const { load = NaN, stalledMs = NaN } = notes.find(({ suite }) => name.endsWith(suite)) ?? {};
  return `load of the machine: ${load.toFixed(1)}, stalls: ${stalledMs} ms`;
}

/** @returns each failed test, by its full name, with what it said; one without a name for a suite that could not run */
function failuresOf({ assertionResults, message }) {
  const tests = assertionResults.filter(({ status }) => status === 'failed');
  if (tests.length === 0) return [{ test: undefined, text: shorten(message) }];
  return tests.map(({ fullName, failureMessages }) => ({
    test: fullName,
    text: shorten(failureMessages.join('\n')),
  }));
}

/** @returns the tests that failed again; `undefined` is among them when the suite could not run */
function repeat({ name }, failures, node) {
  const names = failures.flatMap(({ test }) => (test === undefined ? [] : [`^${escape(test)}$`]));
  const [, seed] = /SEED=(\d+)/.exec(failures[0].test ?? '') ?? [];
  const report = join(folder, 'repeat.report');
  const only = names.length === 0 ? [] : ['--testNamePattern', names.join('|')];
  const jest = ['node_modules/jest/bin/jest.js', ...JSON.parse(process.env.JEST_ARGUMENTS ?? '[]')];
  const own = ['--maxWorkers', '1', '--json', `--outputFile=${report}`, '--runTestsByPath', name];
  say(`\n==> once more, alone: ${name}`);
  writeFileSync(report, '{}');
  spawnSync(node, ['--disable-warning=ExperimentalWarning', ...jest, ...only, ...own], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // The names of some tests have the seed.
    env: { ...process.env, ...(seed && { SEED: seed }) },
    timeout: REPEAT_LIMIT_MS,
  });
  const [result] = readJson(report).testResults ?? [];
  if (result === undefined) return new Set([undefined]);
  const passed = result.assertionResults
    .filter(({ status }) => status === 'passed')
    .map(({ fullName }) => fullName);
  const red = failures.filter(({ test }) =>
    test === undefined ? result.status !== 'passed' : !passed.includes(test),
  );
  return new Set(red.map(({ test }) => test));
}

function fail(text, count = 1) {
  verdict.failed += count;
  appendFileSync(failuresFile, `==> FAILED: ${text}\n`);
}

function shorten(text) {
  const lines = stripVTControlCharacters(text).trim().split('\n');
  return lines
    .filter((line) => !line.includes('/node_modules/'))
    .slice(0, LINES_OF_A_FAILURE)
    .join('\n');
}
