import { MailOutbox } from '../../src/mail/mail-outbox.js';
import { SmtpTransport } from '../../src/mail/smtp.transport.js';
import { MailServer } from '../support/mail/mail-server.js';
import { sql } from '../support/postgres/sql.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { CertificateAuthority } from '../support/tls/certificates.js';
import { AppInProcess } from './app-in-process.js';
import { Barrier } from './barrier.js';
import { FROM, hurry, queue, registerKind, rowsOf, untilRows } from './mail-fixture.js';

describe('the way to a mail server', () => {
  let authority: CertificateAuthority;
  let database: TestDatabase;

  beforeAll(async () => {
    [authority, database] = await Promise.all([CertificateAuthority.create(), createTestDatabase()]);
  });
  beforeEach(() => sql(database.url, 'DELETE FROM mail_outbox').catch(() => undefined));
  afterAll(async () => {
    await authority.remove();
  });

  const start = async (variables: Record<string, string>) => {
    const app = await AppInProcess.start({ DATABASE_URL: database.url, MAIL_FROM: FROM, ...variables });
    registerKind(app);
    return app;
  };

  it('is TLS from the first byte with smtps://', async () => {
    const server = await MailServer.start({
      certificate: await authority.issue('IP:127.0.0.1'),
      isImplicit: true,
    });
    const app = await start({ SMTP_URL: server.url, SMTP_TLS_CA_FILE: authority.cert });
    await queue(app);
    const [mail] = await server.received();
    expect(mail!.isEncrypted).toBe(true);
    await app.stop();
    await server.down();
  });

  it('is not taken without STARTTLS, and is with ?tls=off', async () => {
    const server = await MailServer.start();
    let app = await start({ SMTP_URL: server.url.replace('?tls=off', '') });
    await queue(app);
    const [row] = await untilRows(database.url, ([each]) => each?.last_error !== null, 'a failure');
    expect(row!.last_error).toMatch(/STARTTLS|TLS/);
    expect(server.mails).toEqual([]);
    await app.stop();
    app = await start({ SMTP_URL: server.url });
    await hurry(database.url);
    await expect(server.received()).resolves.toMatchObject([{ isEncrypted: false }]);
    await app.stop();
    await server.down();
  });

  it('is not taken to a server whose certificate another authority signed', async () => {
    const other = await CertificateAuthority.create();
    const server = await MailServer.start({ certificate: await other.issue('IP:127.0.0.1') });
    const app = await start({ SMTP_URL: server.url, SMTP_TLS_CA_FILE: authority.cert });
    await queue(app);
    await untilRows(database.url, ([each]) => each?.last_error !== null, 'a failure');
    expect(server.mails).toEqual([]);
    await app.stop();
    await server.down();
    await other.remove();
  });

  it.each([
    ['file', { path: 'package.json' }],
    ['address', { href: 'http://127.0.0.1:1/' }],
  ])('reads no %s for a part of a mail', async (_what, text) => {
    const server = await MailServer.start();
    const target = { host: '127.0.0.1', port: server.port, security: 'plain' as const, login: undefined };
    const transport = new SmtpTransport({ kind: 'smtp', current: () => target, ca: undefined }, FROM);
    // nodemailer takes such an object in place of a text, which the types of the service forbid.
    const mail = {
      id: '1',
      kind: 'x',
      to: 'ada@example.org',
      subject: 's',
      html: '',
      text: text as unknown as string,
    };
    const sent = transport.send(mail, () => Promise.resolve(), new AbortController().signal);
    await expect(sent).rejects.toThrow(/access rejected/i);
    await server.down();
    expect(server.mails).toEqual([]);
  });

  it('gives back a mail that no server has seen when the instance stops', async () => {
    const server = await MailServer.start();
    const barrier = new Barrier();
    server.onAddress = () => barrier.wait();
    const app = await start({ SMTP_URL: server.url });
    await queue(app);
    await barrier.reached;
    await app.stop();
    await expect(rowsOf(database.url)).resolves.toMatchObject([{ attempts: 0, lease: null, is_due: true }]);
    barrier.release();
    await server.down();
    expect(server.mails).toEqual([]);
  });
});

describe('a service without a mail server', () => {
  it('queues nothing in production', async () => {
    const database = await createTestDatabase();
    const app = await AppInProcess.start({ NODE_ENV: 'production', DATABASE_URL: database.url });
    const outbox = app.get(MailOutbox);
    expect(outbox.isEnabled).toBe(false);
    expect(() => outbox.demandEnabled()).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({ code: 'mail_not_configured', status: 409 }),
      }),
    );
    await queue(app);
    await expect(rowsOf(database.url)).resolves.toEqual([]);
    await app.stop();
    await database.drop();
  });
});
