import { Refusal } from '../support/mail/mail-server.js';
import { sql } from '../support/postgres/sql.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { FROM, hurry, MailFixture, queue, registerKind, untilEmpty, untilRows } from './mail-fixture.js';
import { expectAnswer } from './accounts.js';

const mailOf = async (app: AppInProcess) => (await app.call('GET', '/health')).body['mail'];
/** The numbers are at most half a second old. */
const becomes = (app: AppInProcess, expected: object) =>
  waitFor(async () => JSON.stringify(await mailOf(app)) === JSON.stringify(expected), {
    what: `the mails of the health to be ${JSON.stringify(expected)}`,
  });
const NONE = { transport: 'smtp', waiting: 0, oldest_waiting_seconds: 0, dead: 0 };

describe('the health of a service with a mail server', () => {
  const fixture = MailFixture.ofSuite();

  it('says how many mails wait and why the last attempt failed, until they are sent', async () => {
    fixture.server.onAddress = () => {
      throw new Refusal(451, '4.3.0 no room for ada@example.org');
    };
    await queue(fixture.app);
    await untilRows(fixture.url, ([row]) => row?.last_error !== null, 'a failure');
    await sql(fixture.url, "UPDATE mail_outbox SET created_at = now() - interval '2 hours'");
    await waitFor(async () => JSON.stringify(await mailOf(fixture.app)).includes('no room'), {
      what: 'the failure to be in the health',
    });
    const { oldest_waiting_seconds: seconds, ...mail } = (await mailOf(fixture.app)) as Record<
      string,
      unknown
    >;
    expect(seconds).toBeGreaterThanOrEqual(7200);
    expect(seconds).toBeLessThan(7300);
    expect(mail).toEqual({
      transport: 'smtp',
      waiting: 1,
      last_error: expect.stringContaining('451 4.3.0 no room for [address]'),
      dead: 0,
    });
    await expect(fixture.app.call('GET', '/health/ready')).resolves.toMatchObject({ status: 200 });
    fixture.server.reset();
    await hurry(fixture.url);
    await untilEmpty(fixture.url);
    await becomes(fixture.app, NONE);
  });

  it('counts dead letters, whose reason is not that of a mail that waits', async () => {
    fixture.server.onAddress = () => {
      throw new Refusal(550, '5.1.1 unknown');
    };
    await queue(fixture.app);
    await untilRows(fixture.url, ([row]) => row?.failed_at !== null, 'a dead letter');
    await becomes(fixture.app, { ...NONE, dead: 1 });
    await expect(fixture.app.call('GET', '/health')).resolves.toMatchObject({ status: 200 });
  });

  it('says the state of the service all the same while the mails cannot be counted', async () => {
    await sql(fixture.url, 'ALTER TABLE mail_outbox RENAME TO elsewhere');
    await becomes(fixture.app, { transport: 'smtp' });
    await expectAnswer(fixture.app.call('GET', '/health'), 200, { database: { status: 'connected' } });
    await sql(fixture.url, 'ALTER TABLE elsewhere RENAME TO mail_outbox');
    await becomes(fixture.app, NONE);
  });
});

describe('the health of a service without a mail server', () => {
  it('says in development that mails become files', async () => {
    const database = await createTestDatabase();
    const app = await AppInProcess.start({ DATABASE_URL: database.url, MAIL_FROM: FROM });
    registerKind(app);
    await becomes(app, { ...NONE, transport: 'files' });
    await app.stop();
    await database.drop();
  });

  it('says in production that no mail is configured, where it shows its details', async () => {
    const database = await createTestDatabase();
    const variables = { NODE_ENV: 'production', DATABASE_URL: database.url };
    const open = await AppInProcess.start({ ...variables, PORT: '8000', MANAGEMENT_PORT: '8000' });
    const closed = await AppInProcess.start(variables);
    await becomes(open, { ...NONE, transport: 'not_configured' });
    expect(Object.keys((await closed.call('GET', '/health')).body)).toEqual(['status']);
    await Promise.all([open.stop(), closed.stop()]);
    await database.drop();
  });
});
