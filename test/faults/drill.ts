import { History, type Operation } from './history.js';
import { HistoryChecker, type Verdict } from './history-checker.js';
import { allRecovered, type Instance } from './instance.js';
import { Load } from './load.js';
import { createUsers, INITIAL_ROLE, openSessions, type TestSession } from './population.js';
import { type Allowance, type FaultPromise, type Span, strictPromise } from './promise.js';
import { RecordingClient } from './recording-client.js';
import type { SeededRandom } from './seeded-random.js';
import { TrustWatch } from './trust-watch.js';

const USERS = 30;
const SESSIONS_EACH = 24;
const BEFORE_MS = 500;
const AFTER_MS = 500;

/** Where a fault is played. */
export interface TestHouse {
  readonly database: { readonly url: string };
  readonly instances: readonly Instance[];
}

/** What a fault has to play with, beside the house that it breaks. */
export interface Scene<House extends TestHouse = TestHouse> {
  readonly house: House;
  readonly load: Load;
  readonly client: RecordingClient;
  readonly random: SeededRandom;
  /** To be added to by a fault that is not the same all the time. */
  readonly promise: FaultPromise;
  /** A live session of a user of its own, whom the load leaves alone. */
  witness(): Promise<TestSession>;
  /** So many of them, each of another user. */
  witnesses(count: number): Promise<TestSession[]>;
}

export interface Fault<House extends TestHouse = TestHouse> {
  readonly name: string;
  /** What the design allows while this fault lasts, beside a lag while not all instances trust Redis. */
  readonly forgives?: readonly Allowance[];
  /**
   * Breaks something, lets the load go on, and mends it.
   * @returns when it was mended
   */
  play(scene: Scene<House>): Promise<number>;
}

export interface DrillResult {
  readonly fault: string;
  readonly operations: readonly Operation[];
  readonly verdict: Verdict;
  /** From the call of `play` until all instances had recovered. */
  readonly span: Span;
  /** From the end of the fault until every instance trusted its cache again. */
  readonly recoveryMs: number;
}

/** Plays one fault under load and judges everything that was answered before, meanwhile and afterwards. */
export async function drill<House extends TestHouse>(
  house: House,
  fault: Fault<House>,
  random: SeededRandom,
): Promise<DrillResult> {
  const { url } = house.database;
  const history = new History();
  const [administrator] = await openSessions(url, await createUsers(url, 1, 'admin'), 1);
  const client = new RecordingClient(history, administrator!);
  const users = await createUsers(url, USERS);
  const load = new Load(
    house.instances,
    client,
    users,
    await openSessions(url, users, SESSIONS_EACH),
    random,
  );
  const witnesses = async (count: number) => openSessions(url, await createUsers(url, count), 1);
  const witness = async () => (await witnesses(1))[0]!;
  const promise = strictPromise();
  const scene = { house, load, client, random, promise, witnesses, witness };
  const watch = new TrustWatch(house.instances);
  const { span, mended } = await underLoad(scene, fault).finally(() => promise.lag.push(...watch.stop()));
  await load.sweep();
  const { operations } = history;
  for (const allowance of fault.forgives ?? []) promise[allowance].push(span);
  const verdict = new HistoryChecker(operations, promise, { role: INITIAL_ROLE }).check();
  return { fault: fault.name, operations, verdict, span, recoveryMs: span.to - mended };
}

async function underLoad<House extends TestHouse>(
  scene: Scene<House>,
  fault: Fault<House>,
): Promise<{ span: Span; mended: number }> {
  const { house, load } = scene;
  load.start();
  try {
    await load.lasts(BEFORE_MS);
    const from = performance.now();
    const mended = await fault.play(scene);
    await allRecovered(house.instances);
    const span = { from, to: performance.now() };
    await load.lasts(AFTER_MS);
    return { span, mended };
  } finally {
    await load.stop();
  }
}
