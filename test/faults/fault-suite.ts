import type { Rule } from './checker/violation.js';
import { expectSafety } from '../support/safety.js';
import { gatherEvidence, summaryOf } from './evidence.js';
import { cookieExchanges, publish, reportTable } from './fault-report.js';
import { type Fault, type FaultResult, runFault, type TestDeployment } from './run-fault.js';
import { SeededRandom } from './load/seeded-random.js';

/** Long enough for any fault and for the start of its deployment. */
export const TIMEOUT_MS = 240_000;

/** What a busy machine can break, however much of its slowness is taken out. Every other rule counts at the first time. */
const RULES_OF_TIME: readonly Rule[] = ['slow acknowledgement', 'slow read', 'late refusal'];
const MOST_RUNS = 3;

/** Runs faults one after another, and collects what was measured. */
export class FaultSuite {
  readonly seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  private readonly results: FaultResult[] = [];

  /**
   * Runs a fault and expects that the promises are kept. Bounds of time are broken when they are missed in each of three runs.
   * @param renew makes the deployment ready for the fault again, or starts another one; without it, the fault runs once
   */
  async expectPromisesKept<D extends TestDeployment>(
    deployment: D,
    fault: Fault<D>,
    renew?: () => Promise<D>,
  ): Promise<FaultResult> {
    let used = deployment;
    let result = await this.run(used, fault);
    for (let runs = 1; renew !== undefined && runs < MOST_RUNS && missesTimeAlone(result); runs++) {
      const missed = summaryOf(result.checked.violations).join(', ') || 'late recovery';
      publish(`${fault.name} runs again: ${missed}`);
      used = await renew();
      result = await this.run(used, fault);
    }
    const broken = summaryOf(result.checked.violations);
    const evidence = await gatherEvidence(used.database.url, result);
    // A fault that throws half-way leaves broken what it broke, and that violates promises too.
    const expectKept = () =>
      expect({ broken, cause: result.failure, evidence }).toEqual({
        broken: [],
        cause: undefined,
        evidence: [],
      });
    if (result.checked.violations.every(({ rule }) => RULES_OF_TIME.includes(rule))) expectKept();
    else expectSafety(expectKept);
    expect(result.checked.presentedAfterRevocation).toBeGreaterThan(0);
    expect(cookieExchanges(result.operations)).toBeGreaterThan(0);
    expect(result.recoveryMs).toBeLessThanOrEqual(result.recoveryBoundMs);
    return result;
  }

  publish(): void {
    publish(`SEED=${this.seed}\n\n${reportTable(this.results)}`);
  }

  private async run<D extends TestDeployment>(deployment: D, fault: Fault<D>): Promise<FaultResult> {
    const result = await runFault(deployment, fault, new SeededRandom(this.seed));
    this.results.push(result);
    return result;
  }
}

/** Whether a bound of time was missed, and nothing else went wrong. */
function missesTimeAlone({ checked, failure, recoveryMs, recoveryBoundMs }: FaultResult): boolean {
  const isOfTime = checked.violations.every(({ rule }) => RULES_OF_TIME.includes(rule));
  const isLate = checked.violations.length > 0 || recoveryMs > recoveryBoundMs;
  return failure === undefined && isOfTime && isLate;
}

/** A deployment that is used for one fault after another. */
interface ReusableDeployment extends TestDeployment {
  /** Undoes what a fault that failed has left broken. */
  repair(): Promise<void>;
  stop(): Promise<void>;
}

interface FaultSuiteOptions<D extends ReusableDeployment> {
  /** What is deployed, as the subject of "keep their promises". */
  readonly title: string;
  start(): Promise<D>;
  readonly faults: readonly Fault<D>[];
  /** Declares more tests, which run after those of the faults. */
  more?(deployment: () => D): void;
}

/** Declares a suite in which each fault is a test, one after another in the same deployment. */
export function describeFaults<D extends ReusableDeployment>({
  title,
  start,
  faults,
  more,
}: FaultSuiteOptions<D>): void {
  const suite = new FaultSuite();

  describe(`${title}, SEED=${suite.seed}`, () => {
    let deployment: D;
    let hasFailed = false;

    beforeAll(async () => {
      deployment = await start();
    }, TIMEOUT_MS);

    // What a fault that failed has left behind must not make the next one fail.
    afterEach(async () => {
      await (hasFailed ? replace() : deployment.repair());
      hasFailed = false;
    }, TIMEOUT_MS);

    afterAll(async () => {
      suite.publish();
      await deployment.stop();
    }, TIMEOUT_MS);

    const replace = async () => {
      await deployment.stop();
      deployment = await start();
    };
    const renew = async ({ usesUp }: Fault<D>) => {
      await (usesUp ? replace() : deployment.repair());
      return deployment;
    };

    it.each(faults)(
      'keep their promises: $name',
      async (fault: Fault<D>) => {
        hasFailed = true;
        await suite.expectPromisesKept(deployment, fault, () => renew(fault));
        hasFailed = false;
      },
      TIMEOUT_MS,
    );

    more?.(() => deployment);
  });
}
