import type { AppProcess } from '../../support/app/app-process.js';
import { waitFor } from '../../support/wait-for.js';
import { Accounts, headerOf, type Tokens } from './accounts.js';
import type { Deployment } from './deployment.js';

/** A request in this many refreshes the tokens. */
const REFRESH_EVERY = 8;
const PAUSE_MS = 10;

/** Sends the requests of sessions to the instances that are in service, as a load balancer does, and keeps what failed. */
export class RollingLoad {
  readonly failures: object[] = [];
  requests = 0;
  /** How each session's access token is signed now: a kid, or `HS256`. */
  readonly signers = new Map<number, string>();
  private readonly inService: Set<number>;
  private readonly underWay: number[];
  private readonly sessions: Promise<void>[] = [];
  private isStopped = false;

  constructor(private readonly deployment: Deployment<AppProcess>) {
    this.inService = new Set(deployment.apps.keys());
    this.underWay = deployment.apps.map(() => 0);
  }

  /** Begins the requests of new sessions, each of an account of its own. */
  async start(sessions: number): Promise<void> {
    for (let session = 0; session < sessions; session++) {
      const { tokens } = await this.deployment.accounts(session % this.inService.size).signUp();
      this.sessions.push(this.use(session, tokens));
    }
  }

  /** Restarts one instance after the other: out of service, new variables, in service when it is ready. */
  async restartAll(variables: Readonly<Record<string, string>>): Promise<void> {
    for (const [instance, app] of this.deployment.apps.entries()) {
      this.inService.delete(instance);
      await waitFor(() => this.underWay[instance] === 0, { what: `instance ${instance} to be idle` });
      await app.restart(variables);
      await this.isReady(instance, app);
      this.inService.add(instance);
      await this.everySessionWasServed();
    }
  }

  /** Resolves when each session has a token of this key: what happens within one life of an access token. */
  async everySessionHas(signer: string): Promise<void> {
    await waitFor(() => [...this.signers.values()].every((current) => current === signer), {
      what: `every session to have a token of ${signer}`,
      timeoutMs: 30_000,
    });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.sessions);
  }

  private async isReady(instance: number, { url }: AppProcess): Promise<void> {
    const ready = async () => (await this.deployment.client(instance).get('/health/ready')).status === 200;
    await waitFor(ready, { what: `${url} to be ready`, timeoutMs: 30_000 });
  }

  private async everySessionWasServed(): Promise<void> {
    // Enough for a refresh at each of two instances, and for requests with its tokens at the other.
    const enough = this.requests + 3 * REFRESH_EVERY * this.sessions.length;
    await waitFor(() => this.requests >= enough || this.failures.length > 0, {
      what: 'requests between two restarts',
      timeoutMs: 30_000,
    });
  }

  private async use(session: number, tokens: Tokens): Promise<void> {
    this.note(session, tokens);
    for (let count = session; !this.isStopped; count++) {
      const renewed = await this.serve(session, count, tokens);
      if (renewed !== undefined) this.note(session, (tokens = renewed));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** @returns new tokens, if they were refreshed */
  private async serve(session: number, count: number, tokens: Tokens): Promise<Tokens | undefined> {
    const isRefresh = count % REFRESH_EVERY === 0;
    const choices = [...this.inService].sort();
    // Refreshes take turns too.
    const instance = choices[(count + Math.floor(count / REFRESH_EVERY)) % choices.length] ?? 0;
    const client = this.deployment.client(instance);
    this.underWay[instance]!++;
    try {
      const answer = isRefresh
        ? await new Accounts(client).refresh(tokens.refresh_token)
        : await client.as(tokens.access_token).get<Tokens>('/api/v1/users/me');
      if (answer.status !== 200) this.failures.push({ session, instance, isRefresh, body: answer.body });
      else if (isRefresh) return answer.body;
    } catch (error) {
      this.failures.push({ session, instance, isRefresh, error: String(error) });
    } finally {
      this.underWay[instance]!--;
      this.requests++;
    }
    return undefined;
  }

  private note(session: number, { access_token }: Tokens): void {
    const { alg, kid = alg } = headerOf(access_token);
    this.signers.set(session, kid);
  }
}
