import { EXIT } from '../service/arguments.js';
import { RateLimitedError } from '../service/rate-limit.js';
import { NoAnswerError } from '../service/service-client.js';
import { UsageError } from '../service/usage-error.js';
import { type Check, type InstanceCheck, NO_ADMIN } from './check.js';
import { type Observation, PromiseBroken } from './observation.js';
import { CHECKS } from './checks/all-checks.js';
import { MAIL } from './checks/mail-checks.js';
import { HEALTH } from './checks/service-checks.js';
import type { Examination, Instance } from './examination.js';
import type { Report, Row } from './report.js';

export type Outcome = Pick<Report, 'result' | 'exit_code' | 'rows'>;

type Ending = Pick<Report, 'result' | 'exit_code'>;

const OK: Ending = { result: 'ok', exit_code: EXIT.ok };

/**
 * Runs the checks until one fails. What comes after it is skipped, so that every report has a row for every promise.
 * @param onRow called with each row that was examined, when it was
 */
export async function examine(examination: Examination, onRow: (row: Row) => void): Promise<Outcome> {
  const rows: Row[] = [];
  let ending = OK;
  let failed: string | undefined;
  for (const { check, instance, run } of stepsOf(examination)) {
    const reason = failed === undefined ? skipReason(check, examination) : `not examined: ${failed} failed`;
    const [row, end] =
      reason === undefined
        ? await examineOne(check, instance, interruptible(run, examination))
        : ([rowOf(check, instance, { skipped: reason }), OK] as const);
    rows.push(row);
    if (failed === undefined) onRow(row);
    if (end === OK) continue;
    ending = end;
    failed = check.id;
  }
  return { ...ending, rows };
}

interface Step {
  readonly check: Check | InstanceCheck;
  readonly instance: Instance | undefined;
  readonly run: () => Promise<Observation>;
}

/** The checks, those of instances once for each instance. */
function stepsOf(examination: Examination): Step[] {
  return CHECKS.flatMap((check): Step[] =>
    'run' in check
      ? [{ check, instance: undefined, run: () => check.run(examination) }]
      : examination.options.instances.map((instance) => ({
          check,
          instance,
          run: () => check.runOn(instance, examination),
        })),
  );
}

function skipReason({ needsAdmin }: Check | InstanceCheck, { options }: Examination): string | undefined {
  return needsAdmin === true && options.admin === undefined ? NO_ADMIN : undefined;
}

async function examineOne(
  check: Check | InstanceCheck,
  instance: Instance | undefined,
  run: Step['run'],
): Promise<readonly [Row, Ending]> {
  try {
    return [rowOf(check, instance, await run()), OK];
  } catch (error) {
    const ending = endingOf(check, error);
    const { message } = error as Error;
    const observed = error instanceof PromiseBroken ? error.observed : {};
    // A limit or an interruption says nothing about the promise.
    const isFailed = ending.result !== 'interrupted' && !(error instanceof RateLimitedError);
    const observation = isFailed ? { ...observed, detail: message } : { skipped: message };
    return [{ ...rowOf(check, instance, observation), ...(isFailed ? { result: 'failed' } : {}) }, ending];
  }
}

function interruptible(run: Step['run'], { options }: Examination): Step['run'] {
  return () => {
    options.signal?.throwIfAborted();
    return run();
  };
}

/** @throws the error, when it is a defect of this command */
function endingOf(check: Check | InstanceCheck, error: unknown): Ending {
  if (error instanceof PromiseBroken) return { result: 'failed', exit_code: EXIT.broken };
  if (error instanceof UsageError) return { result: 'usage', exit_code: EXIT.usage };
  if (error instanceof RateLimitedError) return { result: 'unexamined', exit_code: EXIT.unexamined };
  if (error instanceof InterruptedError) return { result: 'interrupted', exit_code: EXIT.interrupted };
  if (!(error instanceof NoAnswerError)) throw error;
  // These ask addresses that have not answered before; each other check asks one that is reachable.
  if (check === HEALTH || check === MAIL) return { result: 'unexamined', exit_code: EXIT.unexamined };
  return { result: 'failed', exit_code: EXIT.broken };
}

/** The reason with which a signal ends requests and waits. */
export class InterruptedError extends Error {
  override name = 'InterruptedError';
}

function rowOf(
  { id, promise }: Check | InstanceCheck,
  instance: Instance | undefined,
  { ms, stalenessMs, detail, skipped }: Observation,
): Row {
  return {
    check: id,
    promise,
    instance: instance?.name ?? null,
    result: skipped === undefined ? 'ok' : 'skipped',
    ms: rounded(ms),
    staleness_ms: rounded(stalenessMs),
    detail: skipped ?? detail ?? '',
  };
}

/** To a tenth of a millisecond. */
const rounded = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms * 10) / 10);
