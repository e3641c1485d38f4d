import { AppProcess, type AppProcessOptions } from '../support/app/app-process.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { RedisServer } from '../support/redis/redis-server.js';
import type { Account } from './support/accounts.js';
import { AdminSuite } from './support/admin-suite.js';
import type { ConsolePage } from './support/console-page.js';

const UNREACHABLE = 'The service cannot be reached.';
const UNAVAILABLE = 'The service does not work right now.';
/** The links of the views that read from the service, with what each shows once it could. */
const VIEWS: readonly [link: string, content: RegExp][] = [
  ['People', /@example\./],
  ['Invitations', /There is no such invitation/],
  ['Clients', /No client is registered/],
  ['Audit trail', /127\.0\.0\.1/],
  ['Health and cache', /Trusted/],
];

describe('/admin while something is away', () => {
  let postgres: PostgresServer;
  let app: AppProcess;
  let redis: RedisServer;
  let suite: AdminSuite;
  let admin: ConsolePage;
  let person: Account;

  const startApp = async (options: AppProcessOptions) => (app = await AppProcess.start(options));

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([PostgresServer.start(), RedisServer.start()]);
    suite = await AdminSuite.start({}, { databaseUrl: postgres.url(), redisUrl: redis.url, startApp });
    person = await suite.console.deployment.accounts().register();
    // The page watches a session of the person.
    await suite.console.deployment.accounts().logIn(person);
    admin = await suite.admin();
  });
  afterAll(async () => {
    await admin.close();
    await suite.stop();
    await Promise.all([postgres.stop(), redis.stop()]);
  });

  const recovers = () => admin.page.locator('.service p').waitFor({ state: 'detached', timeout: 30_000 });
  const view = (name: string) => admin.page.getByRole('navigation').getByRole('link', { name });
  /** Each view says what is wrong, and is whole once that is over. */
  const expectAllSay = async (text: string) => {
    for (const [link] of VIEWS) {
      await view(link).click();
      await admin.shows(link);
      await admin.says(text);
    }
  };
  const expectAllShow = async () => {
    for (const [link, content] of VIEWS) {
      await view(link).click();
      await admin.shows(link);
      await admin.says(content);
    }
  };
  /** The page of the person shows a login that happens now. */
  const isLive = async () => {
    const { client, sessionId } = await suite.console.deployment.accounts().logIn(person);
    const name = `Device ${sessionId.slice(0, 8)}`;
    await client.patch(`/api/v1/sessions/${sessionId}`, { device_name: name });
    await admin.page.getByRole('cell', { name, exact: true }).waitFor({ timeout: 30_000 });
  };
  const openPerson = async () => {
    await admin.page.goto(`${suite.url}/admin/people/${person.id}`);
    await admin.shows('Test Account');
  };

  it('says on every view that the network is cut, and goes on by itself', async () => {
    await admin.page.context().setOffline(true);
    await expectAllSay(UNREACHABLE);
    await admin.inspect('admin-offline');
    await admin.page.context().setOffline(false);
    await recovers();
    await admin.says(/Trusted/);
    await expectAllShow();
  });

  it('deactivates nobody while the network is cut, says so in the question, and does it afterwards', async () => {
    const other = await suite.console.deployment.accounts().register();
    await admin.page.goto(`${suite.url}/admin/people/${other.id}`);
    await admin.page.getByRole('button', { name: 'Deactivate the account' }).click();
    const confirm = admin.page.getByRole('dialog').getByRole('button', { name: /Deactivate/ });
    await admin.page.context().setOffline(true);
    await confirm.click();
    await admin.says('Try again when you are online.');
    await admin.page.context().setOffline(false);
    await recovers();
    await confirm.click();
    await admin.says('Deactivated');
  });

  it('says on the page of a person that the service is away, and goes on by itself after its restart', async () => {
    await openPerson();
    await app.kill9();
    await admin.says(UNREACHABLE);
    await app.restart();
    await recovers();
    await isLive();
  });

  it('says on every view that the service does not work without PostgreSQL, and goes on by itself', async () => {
    await postgres.shutDown();
    await expectAllSay(UNAVAILABLE);
    // Loaded while nothing can be read.
    await admin.page.goto(`${suite.url}/admin/people/${person.id}`);
    await admin.says(UNAVAILABLE);
    await admin.inspect('admin-unavailable');
    await postgres.restart();
    await recovers();
    await admin.shows('Test Account');
    await isLive();
    await expectAllShow();
  });

  it('works without Redis as before, and says so of the cache', async () => {
    await redis.stop();
    await openPerson();
    await isLive();
    await expect(admin.page.locator('.service p').count()).resolves.toBe(0);
    await view('Health and cache').click();
    await admin.says('not connected');
    await admin.says('Not used');
  });
});
