import { randomUUID } from 'node:crypto';
import { EndOfEverybody } from './end-of-everybody.js';
import type { LiveChannels } from './live-channels.js';
import { isAcknowledged } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';
import type { TestClient } from './oauth-clients.js';
import { PasswordSteps } from './password-steps.js';
import { aloneWith, INITIAL_ROLE, type TestSession, type TestUser } from './population.js';
import type { RecordingClient } from './recording-client.js';
import type { RecordingMailReader } from './recording-mail-reader.js';
import type { RecordingOperator } from './recording-operator.js';
import type { SeededRandom } from './seeded-random.js';
import type { SessionPool } from './session-pool.js';

/** Below so many live sessions the load ends no more of them. */
const FEWEST_SESSIONS = 60;
const MOST_CHANNELS = 30;

export interface LoadParts {
  readonly instances: readonly Instance[];
  readonly client: RecordingClient;
  readonly operator: RecordingOperator;
  readonly mails: RecordingMailReader;
  readonly channels: LiveChannels;
  readonly pool: SessionPool;
  readonly users: readonly TestUser[];
  /** Users whose passwords are changed; they have few sessions. */
  readonly passwordUsers: readonly TestUser[];
  /** Users who are erased one after another; nobody logs in to their accounts. */
  readonly usersToErase: TestUser[];
  /** Owns some of the sessions, introspects, and is never ended. */
  readonly oauthClient: TestClient;
  /** OAuth clients that are ended one after another, and those that were. */
  readonly clients: TestClient[];
  readonly endedClients: TestClient[];
  readonly random: SeededRandom;
  /** Other sessions, of other users, and another administrator. @throws Error while PostgreSQL is out of reach */
  openOthers(): Promise<void>;
}

/** What the clients of a load do, one step at a time. */
export class LoadSteps {
  readonly passwords: PasswordSteps;
  private readonly everybody: EndOfEverybody;

  constructor(private readonly parts: LoadParts) {
    const { client, pool } = parts;
    this.passwords = new PasswordSteps(
      parts,
      () => this.any(),
      (session) => this.probe(session),
    );
    this.everybody = new EndOfEverybody({
      client,
      any: () => this.any(),
      endAll: () => pool.endEverything(),
      openOthers: () => parts.openOthers(),
    });
  }

  async read(session: TestSession | undefined, kind: 'me' | 'sessions' | 'check' = 'me'): Promise<void> {
    if (session) await this.parts.client.read(this.any(), session, kind);
  }

  async introspect(session: TestSession | undefined): Promise<void> {
    const { client, oauthClient } = this.parts;
    if (session) await client.introspect(this.any(), session, oauthClient);
  }

  /** Uses the credentials of a client that is never ended, or of one that is. */
  async useClient(): Promise<void> {
    const { client, clients, endedClients, oauthClient, random } = this.parts;
    await client.useClient(this.any(), random.pick([oauthClient, ...clients, ...endedClients])!);
  }

  async endClient(): Promise<void> {
    const { client, clients, endedClients, instances } = this.parts;
    const ended = clients.pop();
    if (!ended) return;
    await Promise.all(instances.map((instance) => client.useClient(instance, ended)));
    await client.endClient(this.any(), ended);
    endedClients.push(ended);
    await Promise.all(instances.map((instance) => client.useClient(instance, ended)));
  }

  async logOut(): Promise<void> {
    const session = this.takeToEnd();
    if (!session) return;
    await this.parts.client.logout(this.any(), session);
    await this.probe(session);
  }

  /** A client that repeats a request before it has the answer: each answer counts. */
  async logOutTwice(): Promise<void> {
    const session = this.takeToEnd();
    if (!session) return;
    const once = async () => {
      await this.parts.client.logout(this.any(), session);
      await this.probe(session);
    };
    await Promise.all([once(), once()]);
  }

  async revoke(): Promise<void> {
    const target = this.takeToEnd();
    const by = target && this.parts.pool.pickLiveOf(target.user);
    if (!target || !by) return;
    await this.parts.client.revoke(this.any(), by, target);
    await this.probe(target);
  }

  async revokeByAdministrator(): Promise<void> {
    const target = this.takeToEnd();
    if (!target) return;
    await this.parts.client.endSession(this.any(), target);
    await this.probe(target);
  }

  async revokeBySql(): Promise<void> {
    const target = this.takeToEnd();
    if (!target) return;
    await this.parts.operator.revoke(target);
    await this.probe(target);
  }

  /** Exchanges a refresh token twice, or repeats an exchange that got no answer. */
  async refresh(): Promise<void> {
    const { pool, client, random } = this.parts;
    const session = pool.liveSessions.find(isUnanswered) ?? pool.pickLive();
    if (!session?.refresh || session.isRefreshing) return;
    session.isRefreshing = true;
    const before = session.refresh;
    const first = await client.refresh(this.any(), session, random.next() < 0.7 ? randomUUID() : undefined);
    if (isAcknowledged(first)) await this.refreshAgain(session, before, first.exchange?.key);
    session.isRefreshing = false;
  }

  /** Sometimes repeats an exchange, as after a lost answer; then exchanges its successor. */
  private async refreshAgain(session: TestSession, before: string, key: string | undefined): Promise<void> {
    const { client, random } = this.parts;
    if (key && random.next() < 0.3) await client.repeatRefresh(this.any(), session, before, key);
    const second = await client.refresh(this.any(), session, randomUUID());
    if (isAcknowledged(second)) session.stale = before;
  }

  async presentStale(): Promise<void> {
    const { pool, client } = this.parts;
    const session = pool.liveSessions.find(({ stale, isRefreshing }) => stale && !isRefreshing);
    if (!session || pool.liveCount < FEWEST_SESSIONS) return;
    pool.end(session);
    await client.presentStale(this.any(), session);
    await this.probe(session);
  }

  async logIn(): Promise<void> {
    const { random, users, client, pool } = this.parts;
    const user = random.pick(users);
    const session = user && (await client.login(this.any(), user));
    if (session) pool.add(session);
  }

  async changeRole(): Promise<void> {
    await aloneWith(this.parts.random.pick(this.parts.users), async (user) => {
      const role = user.role === INITIAL_ROLE ? 'researcher' : INITIAL_ROLE;
      const bySql = this.parts.random.next() < 0.2;
      const done = bySql
        ? await this.parts.operator.setRole(user, role)
        : await this.parts.client.setRole(this.any(), user, role);
      if (isAcknowledged(done)) user.role = role;
      const session = this.parts.pool.pickLiveOf(user);
      if (session) await this.probe(session);
    });
  }

  async deactivate(): Promise<void> {
    const { pool, client, users } = this.parts;
    await aloneWith(this.parts.random.pick(users), async (user) => {
      if (pool.liveCount < FEWEST_SESSIONS) return;
      const ended = pool.endAllOf(user);
      await client.setActive(this.any(), user, false, pool.allOf(user));
      await Promise.all(ended.slice(0, 3).map((session) => this.probe(session)));
      await client.setActive(this.any(), user, true, []);
    });
  }

  async endAll(): Promise<void> {
    const { random, users, pool, client } = this.parts;
    const user = random.pick(users);
    if (!user || pool.liveCount < FEWEST_SESSIONS) return;
    const ended = pool.endAllOf(user);
    await client.endAll(this.any(), user, pool.allOf(user));
    await Promise.all(ended.slice(0, 3).map((session) => this.probe(session)));
  }

  async erase(): Promise<void> {
    const { usersToErase, pool, client } = this.parts;
    const user = usersToErase.pop();
    if (!user) return;
    const ended = pool.endAllOf(user);
    await client.erase(this.any(), user, pool.allOf(user));
    await Promise.all(ended.map((session) => this.probe(session)));
  }

  async endEverybody(): Promise<void> {
    await this.everybody.run((session) => this.probe(session));
  }

  /** Watches a live session from an instance. */
  async watch(): Promise<void> {
    const { channels, pool } = this.parts;
    const session = pool.pickLive();
    if (session && channels.openCount < MOST_CHANNELS) await channels.open(this.any(), session);
  }

  private any(): Instance {
    return this.parts.random.pick(this.parts.instances)!;
  }

  private takeToEnd(): TestSession | undefined {
    const { pool } = this.parts;
    const session = pool.liveCount < FEWEST_SESSIONS ? undefined : pool.pickLive();
    if (session) pool.end(session);
    return session;
  }

  /** Presents a token to all instances at once, in one of the ways in. */
  private async probe(session: TestSession): Promise<void> {
    const { instances, client, oauthClient, random } = this.parts;
    const kind = random.pick(['me', 'me', 'check', 'introspect'] as const)!;
    const ask = (instance: Instance) =>
      kind === 'introspect'
        ? client.introspect(instance, session, oauthClient)
        : client.read(instance, session, kind);
    await Promise.all(instances.map(ask));
  }
}

const isUnanswered = ({ retryKey, isRefreshing }: TestSession): boolean =>
  retryKey !== undefined && !isRefreshing;
