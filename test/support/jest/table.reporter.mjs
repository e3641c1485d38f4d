import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { compareWithBudget, groupByProject } from './budget.mjs';

const SLOWEST = 20;
const BEAT_MS = 100;
/** From this length on, a gap between two beats is a stall of the machine: this process has nothing else to do. */
const LEAST_STALL_MS = 300;

/**
 * Prints where the time of a run went: by project and by suite, set-up (imports and hooks outside of tests) beside tests, and how many
 * processes were started. Compares the projects with `.ci/budget.json`, and names the suite that broke a budget: a warning, since machines
 * differ. `TEST_NOTES` names a file that gets the same as JSON, with the load of the machine while each suite ran.
 */
export default class TableReporter {
  #folder;
  #suites;
  #stalls;
  #beatAt;
  #timer;

  constructor(globalConfig) {
    this.globalConfig = globalConfig;
  }

  /** A watching Jest runs again with the same reporter. */
  onRunStart() {
    this.#folder = mkdtempSync(join(tmpdir(), 'suites-'));
    this.#suites = [];
    this.#stalls = [];
    this.#beatAt = Date.now();
    this.#timer = setInterval(() => this.#beat(), BEAT_MS).unref();
    // Workers inherit it; see `native.environment.mjs`.
    process.env.TEST_PROCESS_COUNTS = this.#folder;
  }

  onTestResult({ path, context }, { perfStats, testResults }) {
    const { start, end, runtime } = perfStats;
    const tests = testResults.reduce((sum, { duration }) => sum + (duration ?? 0), 0) / 1000;
    const seconds = runtime / 1000;
    this.#beat();
    this.#suites.push({
      suite: relative(this.globalConfig.rootDir, path),
      project: `${context.config.displayName?.name ?? 'tests'}${path.includes('.long.') ? ' (long)' : ''}`,
      seconds,
      setUp: Math.max(0, seconds - tests),
      tests: testResults.length,
      load: loadavg()[0],
      stalledMs: this.#stalls.reduce(
        (sum, stall) => sum + Math.max(0, Math.min(end, stall.to) - Math.max(start, stall.from)),
        0,
      ),
    });
  }

  onRunComplete() {
    clearInterval(this.#timer);
    const counts = new Map(readdirSync(this.#folder).map((name) => this.#countIn(name)));
    rmSync(this.#folder, { recursive: true });
    for (const each of this.#suites) each.processes = counts.get(each.suite) ?? 0;
    if (process.env.TEST_NOTES) writeFileSync(process.env.TEST_NOTES, JSON.stringify(this.#suites));
    if (this.#suites.length < 2) return;
    const { testPathPatterns, testNamePattern, rootDir } = this.globalConfig;
    const isWhole = !testNamePattern && (testPathPatterns?.patterns ?? []).length === 0;
    const lines = [...tableOf(this.#suites), ...(isWhole ? compareWithBudget(this.#suites, rootDir) : [])];
    process.stderr.write(`\n${lines.join('\n')}\n`);
  }

  #countIn(name) {
    const { suite, processes } = JSON.parse(readFileSync(join(this.#folder, name), 'utf8'));
    return [relative(this.globalConfig.rootDir, suite), processes];
  }

  #beat() {
    const now = Date.now();
    if (now - this.#beatAt > LEAST_STALL_MS) this.#stalls.push({ from: this.#beatAt, to: now });
    this.#beatAt = now;
  }
}

function tableOf(suites) {
  const byProject = groupByProject(suites);
  const rows = [...byProject].map(([project, own]) => ({
    name: `${project} (${own.length} suites)`,
    ...sumOf(own),
  }));
  const slowest = suites.map(({ suite, ...own }) => ({ name: suite, ...own }));
  return [
    'where the time went, in seconds of suites that ran side by side:',
    ...linesOf(
      [...rows, { name: 'all', ...sumOf(suites) }]
        .sort((one, other) => one.seconds - other.seconds)
        .reverse(),
    ),
    '',
    `the ${SLOWEST} slowest suites:`,
    ...linesOf(slowest.sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST)),
  ];
}

function sumOf(suites) {
  const sum = (member) => suites.reduce((total, each) => total + each[member], 0);
  return { seconds: sum('seconds'), setUp: sum('setUp'), tests: sum('tests'), processes: sum('processes') };
}

function linesOf(rows) {
  const cells = (row) => [
    row.seconds.toFixed(1),
    row.setUp.toFixed(1),
    String(row.tests),
    String(row.processes),
  ];
  const line = (values, name) => `${values.map((value) => value.padStart(10)).join('')}  ${name}`;
  return [
    line(['time', 'set-up', 'tests', 'processes'], ''),
    ...rows.map((row) => line(cells(row), row.name)),
  ];
}
