import type { JWK, JWTPayload } from 'jose';
import { TEST_ISSUER } from '../support/app/app-process.js';
import { FeedReceiver, type PollBody, type SendPoll, verifiedEvent } from '../support/feed/feed-receiver.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import type { Member } from './accounts.js';
import { type Answer, AppInProcess } from './app-in-process.js';
import { type OAuthClient, basic } from '../support/app/oauth-client.js';
import { registerAdmin, registerClient } from './oauth-clients.js';

/** Instances on one database that serve the feed, and a client that may follow it. */
export class FeedFixture {
  private constructor(
    readonly database: TestDatabase,
    readonly apps: AppInProcess[],
    readonly admin: Member,
    readonly client: OAuthClient,
    private readonly keys: SigningKeysFile,
  ) {}

  /** @param given the database, a new one of the shared server by default */
  static async start(instances = 1, given?: TestDatabase): Promise<FeedFixture> {
    const [database, keys] = await Promise.all([given ?? createTestDatabase(), SigningKeysFile.create()]);
    const apps: AppInProcess[] = [];
    for (let count = 0; count < instances; count += 1) apps.push(await instanceOn(database, keys));
    const admin = await registerAdmin(apps[0]!);
    return new FeedFixture(database, apps, admin, await registerClient(apps[0]!, admin), keys);
  }

  /** Starts one more instance. @returns its index */
  async addInstance(): Promise<number> {
    return this.apps.push(await instanceOn(this.database, this.keys)) - 1;
  }

  get app(): AppInProcess {
    return this.apps[0]!;
  }

  async stop(): Promise<void> {
    for (const app of this.apps) await app.stop();
    await this.database.drop();
    await this.keys.remove();
  }

  /** Polls one of the instances. */
  sendTo(index: number, client = this.client): SendPoll {
    return (body) => this.poll(body, client, index);
  }

  poll(body: PollBody | object, client = this.client, index = 0): Promise<Answer> {
    const headers = { authorization: basic(client) };
    return this.apps[index]!.call('POST', '/api/v1/events/poll', { headers, body });
  }

  receiver(index = 0): FeedReceiver {
    return new FeedReceiver(this.sendTo(index));
  }

  /** A receiver that has everything up to now. */
  async upToDate(index = 0): Promise<FeedReceiver> {
    const receiver = this.receiver(index);
    await receiver.catchUp();
    receiver.jtis.length = 0;
    receiver.sets.clear();
    return receiver;
  }

  /** The claims of what a receiver has got, verified by the published keys. */
  async eventsOf(receiver: FeedReceiver): Promise<JWTPayload[]> {
    const { body } = await this.app.call('GET', '/.well-known/jwks.json');
    const jwks = body as unknown as { keys: JWK[] };
    const expected = { issuer: TEST_ISSUER, audience: this.client.id };
    return Promise.all([...receiver.sets.values()].map((set) => verifiedEvent(set, jwks, expected)));
  }
}

const instanceOn = ({ url }: TestDatabase, { path }: SigningKeysFile) =>
  AppInProcess.start({ DATABASE_URL: url, SIGNING_KEYS_FILE: path });
