import { PATIENT } from '../support/app/patient.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import type { AppProcess } from '../support/app/app-process.js';
import { Gateway } from '../support/gateway/gateway.js';
import { waitFor } from '../support/wait-for.js';
import { BalancedLoad } from './support/balanced-load.js';
import { Deployment } from './support/deployment.js';
import { FeedClient } from './support/feed-client.js';

const USERS = 6;
const WATCHERS = 6;
/** As docs/deploy.md says for the load balancer that runs here. */
const DRAIN_SECONDS = 5;
const PATIENCE_MS = 60_000;

describe('three instances behind HAProxy that are restarted one after the other, under load', () => {
  let keys: SigningKeysFile;
  let deployment: Deployment<AppProcess>;
  let balancer: Gateway;
  let load: BalancedLoad;
  let receiver: ReturnType<BalancedLoad['follow']>;

  beforeAll(async () => {
    keys = await SigningKeysFile.create();
    const own = {
      SIGNING_KEYS_FILE: keys.path,
      SHUTDOWN_DRAIN_SECONDS: String(DRAIN_SECONDS),
      TRUSTED_PROXIES: '1',
      ...PATIENT,
    };
    deployment = await Deployment.ofProcesses({ instances: [own, own, own] });
    const [one, two, three] = deployment.apps.map(({ port }) => port);
    balancer = await Gateway.balance([one!, two!, three!]);
    load = new BalancedLoad(balancer.url);
    receiver = load.follow(await FeedClient.register(deployment));
    for (let watcher = 0; watcher < WATCHERS; watcher++) await load.watch();
    await load.start(USERS);
    await everyInstanceServes();
    await waitFor(() => load.channels.size === WATCHERS, { what: 'the live channels to be open' });
  }, 200_000);
  afterAll(async () => {
    await load.stop();
    await balancer.stop();
    await deployment.stop();
    await keys.remove();
  });

  /** Since its start. */
  const requestsOf = async (instance: number): Promise<number> => {
    const { body } = await deployment.client(instance).get<string>('/metrics');
    const counts = [...body.matchAll(/^ergodrive_verdicts_total\{.*\} (\d+)$/gm)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  };
  const everyInstanceServes = async () => {
    for (const instance of deployment.apps.keys()) {
      const serves = async () => load.failures.length > 0 || (await requestsOf(instance)) > 20;
      await waitFor(serves, { what: `requests at instance ${instance}`, timeoutMs: PATIENCE_MS });
    }
    expect(load.failures).toEqual([]);
  };
  const restart = async (app: AppProcess) => {
    process.kill(app.pid, 'SIGTERM');
    await waitFor(() => !app.running, { what: 'the process to end', timeoutMs: PATIENCE_MS });
    expect(app.exitCode).toBe(0);
    expect(app.output).toMatch(/served for 5 s(.|\n)*no new connections(.|\n)*Every request is answered/);
    expect(app.output).not.toMatch(/\bERROR\b/);
    await app.restart();
    await everyInstanceServes();
  };

  it('fail no request, and bring clients of the live channel back', async () => {
    for (const app of deployment.apps) await restart(app);
    await waitFor(() => load.channels.size === WATCHERS, {
      what: 'the live channels to be open again',
      timeoutMs: PATIENCE_MS,
    });
    expect(load.failures).toEqual([]);
    for (const count of Object.values(load.counts)) expect(count).toBeGreaterThan(5);
    // Each channel was on an instance that ended, and some came back to one that was still to end.
    expect(load.closeCodes.length).toBeGreaterThanOrEqual(WATCHERS);
    expect(new Set(load.closeCodes)).toEqual(new Set([1001]));
  }, 400_000);

  it('lose no revocation: each instance refuses each session that was logged out', async () => {
    const ended = [...load.ended];
    expect(ended.length).toBeGreaterThan(10);
    const instances = [...deployment.apps.keys()];
    for (const { tokens } of ended) {
      const reads = instances.map((instance) =>
        deployment.client(instance).as(tokens.access_token).get('/api/v1/users/me'),
      );
      const refresh = deployment.accounts().refresh(tokens.refresh_token);
      const answers = await Promise.all([...reads, refresh]);
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    }
  }, 200_000);

  it('give a receiver of the feed an event for each logout', async () => {
    const ended = load.ended.map(({ sessionId }) => sessionId);
    const isComplete = () => {
      const text = [...receiver.sets.values()].map((set) => atob(set.split('.')[1] ?? '')).join();
      return ended.every((sessionId) => text.includes(sessionId));
    };
    await waitFor(isComplete, { what: 'an event for each logout', timeoutMs: PATIENCE_MS });
    expect(load.failures).toEqual([]);
  });
});
