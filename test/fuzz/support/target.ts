import { Client } from 'pg';
import { claimsOf, type Member } from '../../e2e/support/accounts.js';
import { Deployment } from '../../e2e/support/deployment.js';
import { Inspector, WITH_INSPECTOR } from '../../e2e/support/inspector.js';
import { LiveClient } from '../../e2e/support/live-client.js';
import type { ApiClient } from '../../support/app/api-client.js';
import type { AppProcess } from '../../support/app/app-process.js';
import { forgetResource, rememberResource } from '../../support/jest/suite-resources.js';
import { waitFor } from '../../support/wait-for.js';
import { type Algorithm, createServiceKey, type ServiceKey } from './service-key.js';

const MAX_GROWTH_BYTES = 64 * 2 ** 20;
/** A busy machine is no outage. */
const LONG_DEADLINES = { CACHE_DEADLINE_MS: '5000', DATABASE_TIMEOUT_MS: '30000' };
const MEMORY_WAIT_MS = 60_000;
/** What refused requests never change. Failed logins write audit lines, and requests update the time of last use. */
const DIGEST = `
  SELECT md5(concat(
    (SELECT string_agg(u::text, ',' ORDER BY id) FROM users u),
    (SELECT string_agg(concat_ws(' ', id, user_id, refresh_jti, revoked_at, expires_at), ',' ORDER BY id) FROM sessions),
    (SELECT string_agg(c::text, ',' ORDER BY id) FROM oauth_clients c),
    (SELECT count(*) FROM audit_events WHERE action NOT LIKE '%failed')
  )) AS digest`;

/** The application under fuzz, a canary beside the fuzz, and what must hold afterwards. */
export class Target {
  private canaryStopped = false;
  private canary: Promise<number> = Promise.resolve(0);

  private constructor(
    readonly deployment: Deployment<AppProcess>,
    readonly key: ServiceKey,
    private readonly database: Client,
    readonly bystander: Member,
    private readonly channel: LiveClient,
    private readonly inspector: Inspector,
    private readonly bytesBefore: number,
  ) {}

  static async start(algorithm: Algorithm = 'ES256'): Promise<Target> {
    const key = await createServiceKey(algorithm);
    const deployment = await Deployment.ofProcesses({
      instances: [{ ...key.environment, ...LONG_DEADLINES, ...WITH_INSPECTOR }],
    });
    const database = new Client({ connectionString: deployment.databaseUrl });
    database.on('error', () => undefined);
    await database.connect();
    const bystander = await deployment.accounts().signUp();
    const app = deployment.apps[0]!;
    const channel = await LiveClient.watch(app, bystander.sessionId, bystander.tokens.access_token);
    const inspector = await Inspector.connect(app);
    const bytes = await inspector.neededBytes();
    const target = new Target(deployment, key, database, bystander, channel, inspector, bytes);
    rememberResource(target, () => target.stop());
    target.canary = target.runCanary();
    return target;
  }

  get app(): AppProcess {
    return this.deployment.apps[0]!;
  }

  admin(): Promise<ApiClient> {
    return this.deployment.admin();
  }

  async digest(): Promise<string> {
    const { rows } = await this.database.query<{ digest: string }>(DIGEST);
    return rows[0]?.digest ?? '';
  }

  /** The process is the first one, the canary saw nothing but its own, and the memory is back at its level. */
  async expectUnharmed(): Promise<void> {
    this.canaryStopped = true;
    expect(await this.canary).toBeGreaterThan(0);
    expect(this.channel.isOpen).toBe(true);
    // The message about the login of the bystander itself may come after the channel was opened.
    const others = this.channel.messages.filter(
      ({ type, session_id: id }) => type !== 'sessions.changed' || id !== this.bystander.sessionId,
    );
    expect(others.map(({ type }) => type)).toEqual(['connection']);
    expect(this.app.running).toBe(true);
    expect(this.app.output).not.toMatch(/\b(ERROR|Warning)\b/);
    await waitFor(async () => (await this.inspector.neededBytes()) < this.bytesBefore + MAX_GROWTH_BYTES, {
      what: 'the memory to be back at its level',
      timeoutMs: MEMORY_WAIT_MS,
      intervalMs: 500,
    });
  }

  async stop(): Promise<void> {
    forgetResource(this);
    this.canaryStopped = true;
    await this.canary.catch(() => undefined);
    this.channel.socket.terminate();
    this.inspector.close();
    await this.database.end();
    await this.deployment.stop();
  }

  /** @returns how many answers it got, each of which was its own */
  private async runCanary(): Promise<number> {
    let answers = 0;
    const { id, email, client, tokens } = this.bystander;
    const { sid } = claimsOf(tokens.access_token);
    while (!this.canaryStopped) {
      const [me, sessions] = await Promise.all([
        client.get('/api/v1/users/me'),
        client.get<{ sessions: { id: string }[] }>('/api/v1/sessions'),
      ]);
      expect(me).toMatchObject({ status: 200, body: { id, email, full_name: 'Test Account' } });
      expect(sessions).toMatchObject({ status: 200, body: { sessions: [{ id: sid }] } });
      answers += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return answers;
  }
}
