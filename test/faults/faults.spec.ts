import { Composition } from './composition.js';
import { drill, type DrillResult, type Fault, type TestHouse } from './drill.js';
import { gatherEvidence } from './evidence.js';
import { percentile, publish, readLatencies, reportTable } from './fault-report.js';
import { House } from './house.js';
import { INSTANCE_FAULTS } from './instance-faults.js';
import { NETWORK_FAULTS } from './network-faults.js';
import { POSTGRES_FAULTS } from './postgres-faults.js';
import { REDIS_FAULTS } from './redis-faults.js';
import { SeededRandom } from './seeded-random.js';
import { SentinelHouse, stalledFailover } from './sentinel-house.js';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const soakMs = Number(process.env['SOAK_SECONDS'] ?? 20) * 1000;
/** The promise is 2 s; the rest is for a machine that is busy with other things. */
const RECOVERY_BOUND_MS = 2500;
const LATENCY_BOUND_MS = 2000;
const TIMEOUT_MS = 60_000;

const results: DrillResult[] = [];

afterAll(() => publish(`SEED=${seed}\n\n${reportTable(results)}`));

async function expectPromisesKept<H extends TestHouse>(house: H, fault: Fault<H>): Promise<DrillResult> {
  const result = await drill(house, fault, new SeededRandom(seed));
  results.push(result);
  expect(await gatherEvidence(house.database.url, result)).toEqual([]);
  expect(result.verdict.presentedAfterRevocation).toBeGreaterThan(0);
  expect(result.recoveryMs).toBeLessThan(RECOVERY_BOUND_MS);
  return result;
}

describe(`three instances, SEED=${seed}`, () => {
  let house: House;

  beforeAll(async () => {
    house = await House.start(3);
  }, TIMEOUT_MS);

  afterEach(() => house.mend(), TIMEOUT_MS);

  afterAll(() => house.stop(), TIMEOUT_MS);

  it.each([...REDIS_FAULTS, ...NETWORK_FAULTS, ...INSTANCE_FAULTS])(
    'keep their promises: $name',
    async (fault: Fault<House>) => {
      const { operations } = await expectPromisesKept(house, fault);
      expect(percentile(readLatencies(operations), 1)).toBeLessThan(LATENCY_BOUND_MS);
    },
    TIMEOUT_MS,
  );

  it.each(POSTGRES_FAULTS)(
    'keep their promises: $name',
    async (fault: Fault<House>) => {
      await expectPromisesKept(house, fault);
    },
    TIMEOUT_MS,
  );

  it(
    'keep their promises: a random composition',
    async () => {
      const composition = new Composition(seed);
      const play: Fault<House>['play'] = (scene) => composition.play(scene, soakMs);
      try {
        await expectPromisesKept(house, { name: `composition of ${soakMs / 1000} s`, play });
      } finally {
        publish(`SEED=${seed} composed ${composition.played.join(', then ')}`);
      }
    },
    TIMEOUT_MS + 2 * soakMs,
  );
});

describe(`two instances that ask Sentinels, SEED=${seed}`, () => {
  let house: SentinelHouse;

  beforeAll(async () => {
    house = await SentinelHouse.start();
  }, TIMEOUT_MS);

  afterAll(() => house.stop(), TIMEOUT_MS);

  it(
    `keep their promises: ${stalledFailover.name}`,
    async () => {
      await expectPromisesKept(house, stalledFailover);
    },
    TIMEOUT_MS,
  );
});
