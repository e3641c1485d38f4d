import { setTimeout as pause } from 'node:timers/promises';
import { api, type ApiClient, type ApiResponse } from '../../support/app/api-client.js';
import { FeedReceiver } from '../../support/feed/feed-receiver.js';
import { Accounts, type Member } from './accounts.js';
import { type FeedClient, POLL_PATH } from './feed-client.js';
import { LiveClient } from './live-client.js';

const PAUSE_MS = 15;
const REFRESH_EVERY = 5;
const LOGOUT_EVERY = 40;
const PATIENCE_MS = 60_000;

/** What clients do by way of a load balancer, and each answer that they did not expect. */
export class BalancedLoad {
  readonly failures: object[] = [];
  /** Sessions whose logout was acknowledged. */
  readonly ended: Member[] = [];
  /** Why live channels were closed. */
  readonly closeCodes: number[] = [];
  /** Of the channels that are open now. */
  readonly channels = new Set<LiveClient>();
  readonly counts = { reads: 0, refreshes: 0, logins: 0, logouts: 0, polls: 0 };
  private readonly client: ApiClient;
  private readonly accounts: Accounts;
  private readonly running: Promise<void>[] = [];
  private isStopped = false;

  constructor(readonly url: string) {
    this.client = api(url);
    this.accounts = new Accounts(this.client);
  }

  /** Begins to use new accounts. */
  async start(users: number): Promise<void> {
    for (let user = 0; user < users; user++) {
      const member = await this.accounts.signUp();
      this.running.push(this.use(member, user));
    }
  }

  /** A new session, and one who watches it and comes back when the channel is closed. */
  async watch(): Promise<Member> {
    const member = await this.accounts.signUp();
    this.running.push(this.keepWatching(member));
    return member;
  }

  /** Polls the feed without a pause. @returns the receiver */
  follow(feed: FeedClient): FeedReceiver {
    const headers = { authorization: feed.authorization };
    const receiver = new FeedReceiver((body) =>
      this.client.post(POLL_PATH, body, { headers, timeoutMs: PATIENCE_MS }),
    );
    this.running.push(this.keepPolling(receiver));
    return receiver;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    for (const channel of this.channels) channel.leave();
    await Promise.all(this.running);
    this.client.close();
  }

  private async use(member: Member, user: number): Promise<void> {
    let current: Member | undefined = member;
    for (let count = user + 1; !this.isStopped && current !== undefined; count++) {
      current = await this.step(current, count).catch((error: unknown) => {
        this.failures.push({ user, count, error: String(error) });
        return undefined;
      });
      await pause(PAUSE_MS);
    }
  }

  private async step(member: Member, count: number): Promise<Member | undefined> {
    const { client, tokens } = member;
    if (count % LOGOUT_EVERY === 0) return this.logOutAndIn(member);
    if (count % REFRESH_EVERY !== 0) {
      this.counts.reads++;
      this.expect('read', await client.get('/api/v1/users/me'), 200);
      return member;
    }
    this.counts.refreshes++;
    const { body } = this.expect('refresh', await this.accounts.refresh(tokens.refresh_token), 200);
    return { ...member, tokens: body, client: this.client.as(body.access_token) };
  }

  private async logOutAndIn(member: Member): Promise<Member> {
    this.counts.logouts++;
    this.expect('logout', await member.client.post('/api/v1/auth/logout'), 200);
    this.ended.push(member);
    // By whichever instance.
    this.expect('read after the logout', await member.client.get('/api/v1/users/me'), 401);
    this.counts.logins++;
    return this.accounts.logIn(member);
  }

  private expect<Body>(what: string, answer: ApiResponse<Body>, status: number): ApiResponse<Body> {
    const { status: received, body } = answer;
    if (received !== status) throw new Error(`${what}: ${received} ${JSON.stringify(body)}`);
    return answer;
  }

  private async keepWatching({ sessionId, tokens }: Member): Promise<void> {
    while (!this.isStopped) {
      try {
        const channel = await LiveClient.watch(this, sessionId, tokens.access_token);
        this.channels.add(channel);
        const { code } = await channel.end();
        this.channels.delete(channel);
        this.closeCodes.push(code);
      } catch (error) {
        this.failures.push({ sessionId, error: String(error) });
      }
    }
  }

  private async keepPolling(receiver: FeedReceiver): Promise<void> {
    while (!this.isStopped) {
      this.counts.polls++;
      await receiver.poll({ waitMs: 3000 }).catch((error: unknown) => {
        this.failures.push({ poll: this.counts.polls, error: String(error) });
      });
    }
  }
}
