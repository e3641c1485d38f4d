import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../../support/wait-for.js';
import { isAcknowledged, type Operation } from '../checker/history.js';
import { EndOfEverybody } from './end-of-everybody.js';
import type { Instance } from '../deployment/instance.js';
import type { ServicesDeployment } from '../deployment/services-deployment.js';
import { INITIAL_ROLE, type TestSession } from './population.js';
import type { RecordingClient } from './recording-client.js';
import type { RecordingOperator } from './recording-operator.js';
import type { SeededRandom } from './seeded-random.js';

/** Sessions that nobody revokes. */
const KEPT = 40;
/** Sessions that are presented shortly before and after their revocation. */
const NEAR = 120;
const REVOKERS = 2;
/** How many of the changes are made at the instance that the services do not ask. */
const FROM_RESERVE = 0.3;
const ROLES_PACE_MS = 100;
const REVOCATION_PACE_MS = { from: 10, to: 30 };
/** Mean times between the begins of two requests to a service. */
const PACES_MS = { verifying: 8, introspecting: 25, keySet: 40 };
/** With so many requests without an answer, a tenth of the usual requests begin. */
const CROWD = 60;
const CROWDED_PACE = 10;
/** After 503 the machine is left to the service that comes back. */
const UNAVAILABLE_PACE = 4;
const SWEEPERS = 8;
/** So many of the revoked tokens are presented at the end to services without the kit. */
const SWEPT = 30;
/** After a revocation without an acknowledgement. */
const RETRY_MS = 200;

/**
 * Revokes sessions at the auth service and presents tokens to the other services. Requests begin at their pace, whether or not
 * earlier ones were answered: a service that is stopped gets requests all the time.
 */
export class ServicesLoad {
  private readonly kept: TestSession[];
  private readonly queue: TestSession[];
  private readonly ended: TestSession[] = [];
  private acknowledged = 0;
  private revoking: Promise<void>[] = [];
  private presenting: Promise<void>[] = [];
  private isRevoking = false;
  private isPresenting = false;
  private readonly everybody: EndOfEverybody;

  constructor(
    private readonly deployment: ServicesDeployment,
    private readonly client: RecordingClient,
    private readonly operator: RecordingOperator,
    private readonly random: SeededRandom,
    sessions: readonly TestSession[],
  ) {
    this.kept = sessions.slice(0, KEPT);
    this.queue = sessions.slice(KEPT);
    this.everybody = new EndOfEverybody({
      client,
      any: () => this.issuer(),
      endAll: () => {
        this.ended.push(...this.kept.splice(0), ...this.queue.splice(0));
        return [...this.ended];
      },
      openOthers: async () => {
        client.administerBy(await deployment.openAdministratorSession());
        const others = await deployment.openSessions(sessions.length);
        this.kept.push(...others.slice(0, KEPT));
        this.queue.push(...others.slice(KEPT));
      },
    });
  }

  /** Ends everybody's sessions once, and goes on with others. */
  async endEverybody(): Promise<void> {
    await this.everybody.run();
  }

  start(): void {
    const { verifying, introspecting, keySet } = this.deployment;
    this.isRevoking = true;
    this.isPresenting = true;
    this.revoking = [...Array.from({ length: REVOKERS }, () => this.revoke()), this.changeRoles()];
    this.presenting = [
      this.present(verifying, PACES_MS.verifying),
      this.present(introspecting, PACES_MS.introspecting),
      this.present(keySet, PACES_MS.keySet),
    ];
  }

  /** Has these sessions revoked next. */
  add(sessions: readonly TestSession[]): void {
    this.queue.push(...sessions);
  }

  async continueFor(durationMs: number): Promise<void> {
    await pause(durationMs);
  }

  /** Waits for so many acknowledged revocations since the start. */
  async revoked(count: number): Promise<void> {
    await waitFor(() => this.acknowledged >= count, { what: `${count} revocations`, timeoutMs: 30_000 });
  }

  async stopRevoking(): Promise<void> {
    this.isRevoking = false;
    await Promise.all(this.revoking);
  }

  /** Returns when the last answer is there. */
  async stop(): Promise<void> {
    await this.stopRevoking();
    this.isPresenting = false;
    await Promise.all(this.presenting);
  }

  /** Presents every revoked token, and those of the sessions that live, to the kit once more; some to the others. */
  async sweep(): Promise<void> {
    const { verifying, introspecting, keySet } = this.deployment;
    const some = this.random.shuffled(this.ended).slice(0, SWEPT);
    const left = [
      ...[...this.ended, ...this.kept].map((session) => ({ service: verifying, session })),
      ...some.flatMap((session) => [introspecting, keySet].map((service) => ({ service, session }))),
    ];
    const sweeper = async () => {
      for (let next = left.pop(); next; next = left.pop()) await this.client.read(next.service, next.session);
    };
    await Promise.all(Array.from({ length: SWEEPERS }, sweeper));
  }

  private async revoke(): Promise<void> {
    while (this.isRevoking) {
      const session = this.queue.pop();
      if (session === undefined) {
        await pause(RETRY_MS);
        continue;
      }
      this.ended.push(session);
      const isDone = isAcknowledged(await this.end(session));
      if (isDone) this.acknowledged += 1;
      const { from, to } = REVOCATION_PACE_MS;
      await pause(isDone ? this.random.between(from, to) : RETRY_MS);
    }
  }

  /** Ends a session in one of the ways there are. Each user has one session. */
  private end(session: TestSession): Promise<Operation> {
    const { client, operator, random } = this;
    const issuer = this.issuer();
    const choice = random.next();
    if (choice < 0.5) return client.logout(issuer, session);
    if (choice < 0.6) return client.endAll(issuer, session.user, [session]);
    if (choice < 0.7) return client.setActive(issuer, session.user, false, [session]);
    return operator.revoke(session);
  }

  private issuer(): Instance {
    const { auth, reserve } = this.deployment;
    return this.random.next() < FROM_RESERVE ? reserve : auth;
  }

  /** Changes the roles of users whose sessions nobody ends, one after another. */
  private async changeRoles(): Promise<void> {
    const { client, operator, random, kept } = this;
    for (let next = 0; this.isRevoking; next++) {
      const session = kept[next % kept.length];
      if (session === undefined) {
        await pause(RETRY_MS);
        continue;
      }
      const { user } = session;
      const role = user.role === INITIAL_ROLE ? 'researcher' : INITIAL_ROLE;
      const done = await (random.next() < 0.5
        ? operator.setRole(user, role)
        : client.setRole(this.deployment.auth, user, role));
      if (isAcknowledged(done)) user.role = role;
      await pause(isAcknowledged(done) ? ROLES_PACE_MS : RETRY_MS);
    }
  }

  private async present(service: Instance, paceMs: number): Promise<void> {
    const pending = new Set<Promise<unknown>>();
    const last = { status: 0 };
    const ask = async () => {
      last.status = (await this.client.read(service, this.pick())).status;
    };
    while (this.isPresenting) {
      const asked = ask().finally(() => pending.delete(asked));
      pending.add(asked);
      const whenAnswered = last.status === 503 ? UNAVAILABLE_PACE : 1;
      const factor = pending.size < CROWD ? whenAnswered : CROWDED_PACE;
      await pause(2 * paceMs * this.random.next() * factor);
    }
    await Promise.all(pending);
  }

  private pick(): TestSession {
    const { kept, queue, ended, random } = this;
    const choice = random.next();
    const group =
      choice < 0.1 ? kept : choice < 0.4 ? queue.slice(-NEAR) : choice < 0.9 ? ended.slice(-NEAR) : ended;
    return random.pick(group) ?? random.pick(kept) ?? random.pick(ended)!;
  }
}
