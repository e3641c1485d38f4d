import { History, type Operation } from './checker/history.js';
import { checkService, countRevocations, type ServiceCheck } from './checker/service-checker.js';
import { ServicesDeployment } from './deployment/services-deployment.js';
import { publish, table } from './fault-report.js';
import { TIMEOUT_MS } from './fault-suite.js';
import { SERVICES_FAULTS, type ServicesFault } from './faults/services-faults.js';
import { RecordingClient } from './load/recording-client.js';
import { SeededRandom } from './load/seeded-random.js';
import { ServicesLoad } from './load/services-load.js';

/** What the kit promises. Introspection has no bound: a verdict is that of the moment. */
const BOUND_MS = 1000;
const REVOCATIONS_IN_ALL = 2000;
const REVOCATIONS_EACH = Math.ceil(REVOCATIONS_IN_ALL / SERVICES_FAULTS.length);
/** About as many as can be revoked in the longest fault. */
const SESSIONS = 700;
const BEFORE_MS = 300;
const VIOLATIONS_SHOWN = 5;

const COLUMNS = [
  'fault',
  'revocations',
  'kit: requests',
  'presented beyond the bound',
  'accepted within the bound',
  'beyond it',
  'latest acceptance, ms',
  '503',
  'introspections',
  'introspecting: requests',
  'accepted after the acknowledgement',
  '503',
  'control: accepted revoked tokens',
];

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

describe(`services that take tokens of the auth service, SEED=${seed}`, () => {
  const random = new SeededRandom(seed);
  const rows: string[][] = [];
  let deployment: ServicesDeployment;
  let revocations = 0;

  beforeAll(async () => {
    deployment = await ServicesDeployment.start();
  }, TIMEOUT_MS);

  afterEach(() => deployment.repair(), TIMEOUT_MS);

  afterAll(async () => {
    publish(`SEED=${seed}\n\n${table([COLUMNS, ...rows])}`);
    await deployment.stop();
  }, TIMEOUT_MS);

  /** Runs the fault under load. @returns what was recorded, and the span in which the fault explains 503 */
  async function record(fault: ServicesFault) {
    const history = new History();
    const client = new RecordingClient(history, await deployment.openAdministratorSession());
    const load = new ServicesLoad(deployment, client, random, await deployment.openSessions(SESSIONS));
    await deployment.recovered();
    load.start();
    await load.continueFor(BEFORE_MS);
    const from = performance.now();
    await fault.run(deployment, load);
    await deployment.recovered();
    const span = { from, to: performance.now() };
    await load.revoked(REVOCATIONS_EACH);
    await load.stopRevoking();
    await load.continueFor(BOUND_MS);
    await load.stop();
    await load.sweep();
    return { operations: history.operations, span };
  }

  function check(fault: ServicesFault, operations: readonly Operation[], span: { from: number; to: number }) {
    const { verifying, introspecting, keySet } = deployment;
    const unavailable = (name: 'verifying' | 'introspecting') =>
      fault.unavailable.includes(name) ? [span] : [];
    const always = [{ from: -Infinity, to: Infinity }];
    const promises = {
      kit: { instance: verifying.number, boundMs: BOUND_MS, unavailable: unavailable('verifying') },
      stock: { instance: introspecting.number, boundMs: 0, unavailable: unavailable('introspecting') },
      control: { instance: keySet.number, boundMs: BOUND_MS, unavailable: always },
    };
    return {
      kit: checkService(operations, promises.kit),
      stock: checkService(operations, promises.stock),
      control: checkService(operations, promises.control),
    };
  }

  const shown = ({ violations }: ServiceCheck) => violations.slice(0, VIOLATIONS_SHOWN);

  it.each(SERVICES_FAULTS)(
    'keep their bound: $name',
    async (fault) => {
      const { introspections } = await deployment.status();
      const { operations, span } = await record(fault);
      const asked = (await deployment.status()).introspections - introspections;
      const { kit, stock, control } = check(fault, operations, span);
      const count = countRevocations(operations);
      revocations += count;
      const { requests, presentedBeyondBound, acceptedWithinBound, acceptedBeyondBound } = kit;
      const ofKit = [requests, presentedBeyondBound, acceptedWithinBound, acceptedBeyondBound];
      const more = [Math.round(kit.latestAcceptanceMs), kit.unavailable, asked, stock.requests];
      const others = [
        stock.acceptedWithinBound + stock.acceptedBeyondBound,
        stock.unavailable,
        control.acceptedBeyondBound,
      ];
      rows.push([fault.name, ...[count, ...ofKit, ...more, ...others].map(String)]);
      expect({ kit: shown(kit), stock: shown(stock) }).toEqual({ kit: [], stock: [] });
      expect(presentedBeyondBound).toBeGreaterThanOrEqual(REVOCATIONS_EACH);
      expect(stock.presentedBeyondBound).toBeGreaterThan(0);
      // The control: without the kit or introspection this suite fails.
      expect(control.acceptedBeyondBound).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  it('have seen at least 2,000 revocations in all', () => {
    expect(revocations).toBeGreaterThanOrEqual(REVOCATIONS_IN_ALL);
  });
});
