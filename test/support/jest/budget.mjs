import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A project may take this much longer than its budget, before a run warns: machines differ, and so do runs. */
const ALLOWANCE = 1.5;
/** Suites below this are not listed in the budget one by one. */
const LEAST_SECONDS = 3;

/**
 * Compares a whole run with `.ci/budget.json`, which holds the seconds of each project and of its longer suites. `UPDATE_BUDGET=1` writes
 * what this run took instead.
 *
 * @returns a line for each project that took longer than its budget allows, with the suite that grew most
 */
export function compareWithBudget(suites, rootDir) {
  const path = join(rootDir, '.ci/budget.json');
  const budget = JSON.parse(readFileSync(path, 'utf8'));
  const projects = [...groupByProject(suites)];
  if (process.env.UPDATE_BUDGET) {
    for (const [project, own] of projects) budget[project] = budgetOf(own);
    writeFileSync(path, `${JSON.stringify(budget, null, 2)}\n`);
    return [];
  }
  return projects.flatMap(([project, own]) => warningOf(project, own, budget[project]));
}

/** @returns the suites of each project, by its name */
export function groupByProject(suites) {
  const groups = new Map();
  for (const each of suites) groups.set(each.project, [...(groups.get(each.project) ?? []), each]);
  return groups;
}

const secondsOf = (suites) => Math.ceil(suites.reduce((sum, { seconds }) => sum + seconds, 0));

function budgetOf(suites) {
  const longer = suites.filter(({ seconds }) => seconds >= LEAST_SECONDS);
  const entries = longer.map(({ suite, seconds }) => [suite, Math.ceil(seconds)]);
  return {
    seconds: secondsOf(suites),
    suites: Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1))),
  };
}

function warningOf(project, suites, budget) {
  if (budget === undefined)
    return [`WARNING: ${project} has no budget in .ci/budget.json (UPDATE_BUDGET=1 writes one)`];
  const taken = secondsOf(suites);
  if (taken <= budget.seconds * ALLOWANCE) return [];
  const growth = ({ suite, seconds }) => seconds - (budget.suites[suite] ?? LEAST_SECONDS);
  const [worst] = [...suites].sort((one, other) => growth(other) - growth(one));
  const before = budget.suites[worst.suite] ?? `less than ${LEAST_SECONDS}`;
  return [
    `WARNING: ${project} took ${taken} s, its budget is ${budget.seconds} s. ` +
      `${worst.suite} grew most: ${worst.seconds.toFixed(1)} s, in the budget ${before} s`,
  ];
}
