import { MachineWatch } from '../support/machine-watch.js';
import { checkAudit } from './checker/audit-checker.js';
import { checkChannels } from './checker/channel-checker.js';
import { machineMs } from './checker/machine-time.js';
import { History, type Operation } from './checker/history.js';
import { HistoryChecker, type CheckResult } from './checker/history-checker.js';
import type { Instance } from './deployment/instance.js';
import { TimedExpectations } from './checker/timed-expectations.js';
import { LiveChannels } from './load/live-channels.js';
import { Load, type LoadOptions } from './load/load.js';
import {
  createUsers,
  INITIAL_ROLE,
  openSessions,
  PASSWORD,
  type TestSession,
  type TestUser,
} from './load/population.js';
import {
  type AllowedSpan,
  type Allowance,
  OTHER_RECOVERY_BOUND_MS,
  type FaultPromise,
  RECOVERY_BOUND_MS,
  type Span,
  strictPromise,
  TRIPS,
} from './checker/promise.js';
import { createClients } from './load/oauth-clients.js';
import { RecordingClient } from './load/recording-client.js';
import { RecordingMailReader } from './load/recording-mail-reader.js';
import { RecordingOperator } from './load/recording-operator.js';
import type { SeededRandom } from './load/seeded-random.js';
import { isByCookie } from './load/session-calls.js';
import { SessionPool } from './load/session-pool.js';
import { TOKEN_LIFE_SECONDS } from './load/token-signer.js';

const USERS = 30;
const SESSIONS_EACH = 24;
const OAUTH_SESSIONS_EACH = 8;
const ENDED_CLIENTS = 12;
const USERS_TO_ERASE = 12;
const PASSWORD_USERS = 6;
const BEFORE_MS = 500;
const AFTER_MS = 500;

/** Where a fault takes place. */
export interface TestDeployment {
  /** Where the data is at the time. */
  readonly database: { readonly url: string };
  readonly instances: readonly Instance[];
  /** Waits until every instance is healthy. */
  recovered(): Promise<void>;
}

/** What a fault works with, beside the deployment that it breaks. */
export interface FaultContext<D extends TestDeployment = TestDeployment> {
  readonly deployment: D;
  readonly load: Load;
  readonly client: RecordingClient;
  readonly operator: RecordingOperator;
  readonly random: SeededRandom;
  /** To be added to by a fault that is not the same all the time. */
  readonly promise: FaultPromise;
  /** Notes that the fault begins now, and not before: from now on counts what it allows. */
  breaks(): void;
  /** A live session of a user of its own, whom the load leaves alone. */
  newSession(): Promise<TestSession>;
  /** So many of them, each of another user. @param lifeSeconds of their access tokens */
  newSessions(count: number, lifeSeconds?: number): Promise<TestSession[]>;
}

/** What the design allows, on every instance or on one. */
export type FaultAllowance =
  Allowance | (Pick<AllowedSpan, 'instance' | 'knowsChanges'> & { readonly allowance: Allowance });

export interface Fault<D extends TestDeployment = TestDeployment> {
  readonly name: string;
  /** What the design allows from the begin of this fault until every instance has recovered. */
  readonly allows?: readonly FaultAllowance[];
  readonly load?: LoadOptions;
  /** Redis, PostgreSQL and the instances are well all the time: the README promises no recovery, and no read waits for what is broken. */
  readonly breaksNothing?: boolean;
  /** It uses up a part of the deployment, such as a replica: another run needs a new one. */
  readonly usesUp?: boolean;
  /**
   * Breaks something, lets the load go on, and repairs it.
   * @returns when the fault had ended
   */
  run(context: FaultContext<D>): Promise<number>;
}

export interface FaultResult {
  readonly fault: string;
  readonly operations: readonly Operation[];
  readonly checked: CheckResult;
  /** From the call of `run` until all instances had recovered. */
  readonly span: Span;
  /** From the end of the fault until every instance was healthy again, without what the machine took. */
  readonly recoveryMs: number;
  /** What is promised for that. */
  readonly recoveryBoundMs: number;
  /** What the fault itself, or the wait for the recovery, threw. */
  readonly failure: unknown;
}

/** Runs one fault under load and checks everything that was answered before, meanwhile and afterwards. */
export async function runFault<D extends TestDeployment>(
  deployment: D,
  fault: Fault<D>,
  random: SeededRandom,
): Promise<FaultResult> {
  const history = new History();
  const channels = new LiveChannels();
  const context = await prepare(deployment, fault, random, history, channels);
  const watch = new MachineWatch();
  const { span, endedAt, failure } = await underLoad(context, fault);
  await context.load.sweep();
  const { promise } = context;
  promise.halted.push(...watch.stalls);
  promise.trips.push(...watch.trips);
  await watch.stop();
  for (const allowed of fault.allows ?? []) allow(promise, allowed, { ...span, from: promise.brokenFrom });
  for (const loss of promise.lost) loss.settledFrom ??= span.to;
  const { operations } = history;
  const checked = await checkHistory(deployment, operations, promise, channels);
  channels.terminate();
  const recovery = { from: endedAt, to: span.to };
  const recoveryMs = Math.max(0, span.to - endedAt - machineMs(promise, recovery, TRIPS.recovery));
  const isOfRedis =
    fault.breaksNothing !== true && promise.unavailable.length === 0 && promise.unanswered.length === 0;
  const recoveryBoundMs = isOfRedis ? RECOVERY_BOUND_MS : OTHER_RECOVERY_BOUND_MS;
  return { fault: fault.name, operations, checked, span, recoveryMs, recoveryBoundMs, failure };
}

async function prepare<D extends TestDeployment>(
  deployment: D,
  fault: Fault<D>,
  random: SeededRandom,
  history: History,
  channels: LiveChannels,
): Promise<FaultContext<D>> {
  const url = () => deployment.database.url;
  const administrator = async () => (await openSessions(url(), await createUsers(url(), 1, 'admin'), 1))[0]!;
  const client = new RecordingClient(history, await administrator());
  const operator = new RecordingOperator(history, url);
  const mails = new RecordingMailReader(history, url);
  const pool = new SessionPool(random);
  const users: TestUser[] = [];
  const { instances } = deployment;
  const [oauthClient, ...clients] = await createClients(url(), 1 + ENDED_CLIENTS);
  const open = async () => {
    const others = await createUsers(url(), USERS);
    const ofClient = [others, OAUTH_SESSIONS_EACH, TOKEN_LIFE_SECONDS, oauthClient] as const;
    const opened = [
      ...(await openSessions(url(), others, SESSIONS_EACH - OAUTH_SESSIONS_EACH)),
      ...(await openSessions(url(), ...ofClient)),
    ];
    users.splice(0, users.length, ...others);
    pool.add(...opened);
  };
  await open();
  // A short load exchanges few tokens: each history has one of a cookie.
  const ofBrowser = pool.liveSessions.find(isByCookie);
  if (ofBrowser) await client.refresh(instances[0]!, ofBrowser);
  const openOthers = async () => {
    client.administerBy(await administrator());
    await open();
  };
  const passwordUsers = await createUsers(url(), PASSWORD_USERS);
  const usersToErase = await createUsers(url(), USERS_TO_ERASE);
  pool.add(...(await openSessions(url(), usersToErase, 2)));
  const people = { users, passwordUsers, usersToErase, oauthClient: oauthClient!, clients, endedClients: [] };
  const parts = { instances, client, operator, mails, channels, pool, random, openOthers, ...people };
  const newSessions = async (count: number, lifeSeconds?: number) =>
    openSessions(url(), await createUsers(url(), count), 1, lifeSeconds);
  const newSession = async () => (await newSessions(1))[0]!;
  const load = new Load(parts, fault.load);
  const promise = { ...strictPromise(), brokenFrom: Infinity };
  const breaks = () => (promise.brokenFrom = performance.now());
  return { deployment, load, client, operator, random, promise, breaks, newSessions, newSession };
}

async function underLoad<D extends TestDeployment>(
  context: FaultContext<D>,
  fault: Fault<D>,
): Promise<{ span: Span; endedAt: number; failure: unknown }> {
  const { deployment, load } = context;
  load.start();
  await load.continueFor(BEFORE_MS);
  const from = performance.now();
  if (fault.breaksNothing !== true) context.breaks();
  let endedAt = from;
  let failure: unknown;
  try {
    endedAt = await fault.run(context);
    await deployment.recovered();
  } catch (error) {
    failure = error;
  }
  const span = { from, to: performance.now() };
  await load.continueFor(AFTER_MS);
  await load.stop();
  return { span, endedAt, failure };
}

async function checkHistory(
  { database: { url } }: TestDeployment,
  operations: readonly Operation[],
  promise: FaultPromise,
  channels: LiveChannels,
): Promise<CheckResult> {
  const initial = { role: INITIAL_ROLE, password: PASSWORD };
  const checked = new HistoryChecker(operations, promise, initial).check();
  const { meanwhile: expected } = new TimedExpectations(operations, promise, initial);
  const more = await Promise.all([
    checkChannels(url, channels, expected, { mayBeUndone: promise.lost.length > 0 }),
    checkAudit(url, operations, expected),
  ]);
  return { ...checked, violations: [...checked.violations, ...more.flat()] };
}

/** Adds a span to the promise. */
export function allow(promise: FaultPromise, allowed: FaultAllowance, span: Span): void {
  const { allowance, ...where } = typeof allowed === 'string' ? { allowance: allowed } : allowed;
  const added: AllowedSpan = { ...span, ...where };
  promise[allowance].push(added);
}
