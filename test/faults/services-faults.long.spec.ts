import { MachineWatch } from '../support/machine-watch.js';
import { History } from './checker/history.js';
import { type Span, SQL_BOUND_MS, strictPromise } from './checker/promise.js';
import { checkService, countRevocations, type ServiceCheck } from './checker/service-checker.js';
import { ServicesDeployment } from './deployment/services-deployment.js';
import { publish, table } from './fault-report.js';
import { TIMEOUT_MS } from './fault-suite.js';
import { killBackend } from './faults/killed-backend-fault.js';
import {
  SERVICES_FAULTS,
  type ServicesFault,
  type Silence,
  type SilencedService,
} from './faults/services-faults.js';
import { INITIAL_ROLE, PASSWORD } from './load/population.js';
import { RecordingClient } from './load/recording-client.js';
import { RecordingOperator } from './load/recording-operator.js';
import { SeededRandom } from './load/seeded-random.js';
import { ServicesLoad } from './load/services-load.js';
import { INTROSPECTION_TIMEOUT_MS } from './services/introspection-timeout.js';

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

  /** Runs the fault under load. @returns what was recorded, what is promised, and when nobody answered which service */
  async function record(fault: ServicesFault) {
    const history = new History();
    const promise = strictPromise();
    const client = new RecordingClient(history, await deployment.openAdministratorSession());
    const operator = new RecordingOperator(history, () => deployment.database.url);
    const sessions = await deployment.openSessions(SESSIONS);
    const load = new ServicesLoad(deployment, client, operator, random, sessions);
    await deployment.recovered();
    const watch = new MachineWatch();
    load.start();
    await load.continueFor(BEFORE_MS);
    const silent: Record<SilencedService, Span[]> = { verifying: [], introspecting: [] };
    const silence: Silence = async (services, run) => {
      const from = performance.now();
      await run();
      for (const service of services) silent[service].push({ from, to: performance.now() });
    };
    const everybody = fault.endsEverybody ? load.endEverybody() : undefined;
    await fault.run(deployment, load, silence, promise);
    await deployment.recovered();
    await everybody;
    // For the length of its bound the kit may go by what the feed said before the loss.
    if (promise.lost.length > 0) await load.continueFor(BOUND_MS);
    for (const loss of promise.lost) loss.settledFrom = performance.now();
    await load.revoked(REVOCATIONS_EACH);
    await load.stopRevoking();
    await load.continueFor(BOUND_MS);
    await load.stop();
    await load.sweep();
    promise.halted.push(...watch.stalls);
    promise.trips.push(...watch.trips);
    await watch.stop();
    return { operations: history.operations, promise, silent };
  }

  function check({ operations, promise, silent }: Awaited<ReturnType<typeof record>>) {
    const { verifying, introspecting, keySet } = deployment;
    const always = [{ from: -Infinity, to: Infinity }];
    const kit = { instance: verifying.number, boundMs: BOUND_MS, sqlBoundMs: 0, patienceMs: BOUND_MS };
    const patient = { patienceMs: INTROSPECTION_TIMEOUT_MS };
    const stock = { instance: introspecting.number, boundMs: 0, sqlBoundMs: SQL_BOUND_MS, ...patient };
    const control = { ...kit, instance: keySet.number };
    const initial = { role: INITIAL_ROLE, password: PASSWORD };
    return {
      kit: checkService(operations, { ...kit, unavailable: silent.verifying }, promise, initial),
      stock: checkService(operations, { ...stock, unavailable: silent.introspecting }, promise, initial),
      control: checkService(operations, { ...control, unavailable: always }, promise, initial),
    };
  }

  const shown = ({ violations }: ServiceCheck) => violations.slice(0, VIOLATIONS_SHOWN);

  it.each(SERVICES_FAULTS)(
    'keep their bound: $name',
    async (fault) => {
      const { introspections } = await deployment.status();
      const recorded = await record(fault);
      const asked = (await deployment.status()).introspections - introspections;
      const { kit, stock, control } = check(recorded);
      const count = countRevocations(recorded.operations, recorded.promise);
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
      // A failover undoes some revocations: their tokens are valid again.
      expect(presentedBeyondBound).toBeGreaterThanOrEqual(Math.min(count, REVOCATIONS_EACH));
      expect(count).toBeGreaterThan(0);
      expect(stock.presentedBeyondBound).toBeGreaterThan(0);
      // The control: without the kit or introspection this suite fails.
      expect(control.acceptedBeyondBound).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  it(
    'keep their bound: one backend of PostgreSQL killed (SIGKILL), and transaction ids used again',
    () => killBackend(deployment),
    TIMEOUT_MS,
  );

  it('have seen at least 2,000 revocations in all', () => {
    expect(revocations).toBeGreaterThanOrEqual(REVOCATIONS_IN_ALL);
  });
});
