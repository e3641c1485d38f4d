import { AppProcess, type AppProcessOptions } from '../support/app/app-process.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { RedisServer } from '../support/redis/redis-server.js';
import type { Member } from './support/accounts.js';
import type { ConsolePage } from './support/console-page.js';
import { ConsoleSuite } from './support/console-suite.js';

const UNREACHABLE = 'The service cannot be reached.';
const UNAVAILABLE = 'The service does not work right now.';

describe('/account while something is away', () => {
  let postgres: PostgresServer;
  let app: AppProcess;
  let redis: RedisServer;
  let suite: ConsoleSuite;
  let member: Member;
  let one: ConsolePage;

  const startApp = async (options: AppProcessOptions) => (app = await AppProcess.start(options));

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([PostgresServer.start(), RedisServer.start()]);
    suite = await ConsoleSuite.start({}, { databaseUrl: postgres.url(), redisUrl: redis.url, startApp });
    member = await suite.deployment.accounts().signUp();
  });
  afterAll(async () => {
    await suite.stop();
    await Promise.all([postgres.stop(), redis.stop()]);
  });
  beforeEach(async () => {
    one = await suite.signedIn(member);
  });
  afterEach(() => one.close());

  const recovers = () => one.page.locator('.service p').waitFor({ state: 'detached', timeout: 30_000 });
  /** The page is of use: it shows a login that happens now. */
  const isLive = async () => {
    const { client, sessionId } = await suite.deployment.accounts().logIn(member);
    await client.patch(`/api/v1/sessions/${sessionId}`, { device_name: `Device ${sessionId.slice(0, 8)}` });
    await one.page
      .getByRole('heading', { name: `Device ${sessionId.slice(0, 8)}` })
      .waitFor({ timeout: 30_000 });
  };

  it('says that the network is cut, and goes on by itself', async () => {
    await one.page.getByRole('button', { name: 'Rename' }).first().waitFor();
    await one.page.context().setOffline(true);
    await one.says(UNREACHABLE);
    await one.inspect('account-offline');
    await one.page.getByRole('button', { name: 'Rename' }).first().click();
    await one.page.getByLabel('Name of the device').fill('Offline');
    await one.page.getByRole('button', { name: 'Save' }).click();
    await one.says('Try again when you are online.');
    await one.page.context().setOffline(false);
    await recovers();
    await one.page.getByRole('button', { name: 'Save' }).click();
    await one.page.getByRole('heading', { name: /^Offline/ }).waitFor();
    await isLive();
  });

  it('says that the service is away, and goes on by itself after its restart', async () => {
    await app.kill9();
    await one.says(UNREACHABLE);
    await app.restart();
    await recovers();
    await isLive();
  });

  it('says that the service does not work without PostgreSQL, and goes on by itself', async () => {
    await postgres.shutDown();
    await one.page.reload();
    await one.says(UNAVAILABLE);
    await one.inspect('account-unavailable');
    await postgres.restart();
    await recovers();
    await one.shows('Your devices');
    await isLive();
  });

  it('works without Redis as before', async () => {
    await redis.stop();
    await isLive();
    await expect(one.page.locator('.service p').count()).resolves.toBe(0);
  });
});
