import { freePort } from '../support/network/free-port.js';
import { MailServer, Refusal } from '../support/mail/mail-server.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { api } from '../support/app/api-client.js';
import { Deployment } from '../e2e/support/deployment.js';
import { examine, runTool } from './support/run-tool.js';

const GRACE = { REFRESH_GRACE_SECONDS: '0' };
const NO_GRACE = ['--grace-seconds', '0'];

/** The row about mails, of an examination by way of the management port. */
async function examineMail(deployment: Deployment, management: string[]) {
  const args = ['--url', deployment.apps[0]!.url, ...NO_GRACE, ...management];
  const { report, result } = await examine(args);
  const others = report.rows.filter(({ check, result: found }) => check !== 'mail' && found === 'failed');
  const { result: found, detail } = report.rows.find(({ check }) => check === 'mail')!;
  return { code: result.code, others, found, detail };
}

describe('npm run doctor on a service in production with a mail server', () => {
  let server: MailServer;
  let deployment: Deployment;
  let management: string[];

  beforeAll(async () => {
    const port = await freePort();
    management = ['--management', `http://127.0.0.1:${port}`];
    server = await MailServer.start();
    const mail = { SMTP_URL: server.url, MAIL_FROM: 'no-reply@auth.example' };
    deployment = await Deployment.start({
      instances: [{ ...GRACE, ...mail, NODE_ENV: 'production', MANAGEMENT_PORT: String(port) }],
    });
  });
  beforeEach(async () => {
    server.reset();
    await query('DELETE FROM mail_outbox');
  });
  afterAll(async () => {
    await deployment.stop();
    await server.down();
  });

  const query = (statement: string) => sql(deployment.databaseUrl, statement);
  /** The service counts its mails at most twice a second: until its numbers are those of now. */
  const isCounted = async () => {
    const { body } = await api(management[1]!).get<{ mail: Record<string, number> }>('/health');
    const [row] = await query(
      `SELECT count(*) FILTER (WHERE failed_at IS NULL)::int AS waiting, count(*) FILTER (WHERE failed_at IS NOT NULL)::int AS dead,
        coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE failed_at IS NULL)), 0)::int AS oldest FROM mail_outbox`,
    );
    const { waiting, dead, oldest } = row as Record<'waiting' | 'dead' | 'oldest', number>;
    const { mail } = body;
    return (
      mail['waiting'] === waiting &&
      mail['dead'] === dead &&
      Math.abs(mail['oldest_waiting_seconds']! - oldest) < 2
    );
  };
  const examineNow = async () => {
    await waitFor(isCounted, { what: 'the service to count the mails of now' });
    return examineMail(deployment, management);
  };
  /** Registers an account, whose mail the server refuses. */
  async function refuse(status: number, text: string, outcome: 'last_error' | 'failed_at'): Promise<void> {
    server.onAddress = () => {
      throw new Refusal(status, text);
    };
    await deployment.accounts().register({ password: 'correct horse battery' });
    const statement = `SELECT FROM mail_outbox WHERE ${outcome} IS NOT NULL`;
    await waitFor(async () => (await query(statement)).length > 0, { what: 'a mail to be refused' });
  }

  it('finds that mails leave', async () => {
    const { code, found, others, detail } = await examineNow();
    expect({ code, found, others }).toEqual({ code: 0, found: 'ok', others: [] });
    expect(detail).toMatch(/^by SMTP, (no mail waits|\d mails? waits?, the oldest for \d s)$/);
  });

  it('finds a server that takes no mail, says why and what mends it, and ends with 1', async () => {
    await refuse(451, '4.7.1 try later', 'last_error');
    await query("UPDATE mail_outbox SET created_at = now() - interval '5 minutes'");
    const { detail, ...rest } = await examineNow();
    expect(rest).toEqual({ code: 1, found: 'failed', others: [] });
    expect(detail).toMatch(
      /^by SMTP, \d mails? waits?, the oldest for 30\d s; the last attempt failed: .*451 4\.7\.1 try later/,
    );
    expect(detail).toMatch(
      /; mend the mail server, SMTP_URL or MAIL_FROM \(docs\/runbook\.md#mailswaiting\)$/,
    );
    const table = await runTool('doctor', ['--url', deployment.apps[0]!.url, ...NO_GRACE, ...management]);
    expect(table.code).toBe(1);
    expect(table.stdout).toMatch(/^failed .* mails leave .*451 4\.7\.1 try later.*mend the mail server/m);
  });

  it('finds a mail that waits for a quarter of an hour without an attempt', async () => {
    await query(
      `INSERT INTO mail_outbox (kind, address, created_at) VALUES ('of_another_version', 'ada@example.org', now() - interval '16 minutes')`,
    );
    const { code, found, detail } = await examineNow();
    expect({ code, found }).toEqual({ code: 1, found: 'failed' });
    expect(detail).toMatch(/the oldest for 9[67]\d s; mend the mail server/);
  });

  it('counts dead letters, which break no promise', async () => {
    await refuse(550, '5.1.1 unknown', 'failed_at');
    server.reset();
    const { code, found, detail } = await examineNow();
    expect({ code, found }).toEqual({ code: 0, found: 'ok' });
    expect(detail).toMatch(/^by SMTP, .*, 1 dead letter \(docs\/runbook\.md#mailsdead\)$/);
  });

  it('skips the mails where only the management port has them, and names the option', async () => {
    await expect(examineMail(deployment, [])).resolves.toEqual({
      code: 0,
      others: [],
      found: 'skipped',
      detail: 'GET /health shows no mails here: give the management port by --management',
    });
  });

  it('ends with 3 where nobody listens on the management port', async () => {
    const nobody = ['--management', `http://127.0.0.1:${await freePort()}`];
    const { code, detail } = await examineMail(deployment, nobody);
    expect(code).toBe(3);
    expect(detail).toContain('ECONNREFUSED');
  });
});

describe('npm run doctor on a service in production without SMTP_URL', () => {
  it('says that mail is off, and which variables turn it on', async () => {
    const port = await freePort();
    const own = { ...GRACE, NODE_ENV: 'production', MANAGEMENT_PORT: String(port) };
    const deployment = await Deployment.start({ instances: [own] });
    await expect(examineMail(deployment, ['--management', `http://127.0.0.1:${port}`])).resolves.toEqual({
      code: 0,
      others: [],
      found: 'skipped',
      detail: 'mail is off: set SMTP_URL and MAIL_FROM (docs/mail.md), no mail waits',
    });
    await deployment.stop();
  });
});
