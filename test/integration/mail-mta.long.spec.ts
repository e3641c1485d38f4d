import { randomUUID } from 'node:crypto';
import { Exim } from '../support/mail/exim.js';
import { decodedHeaderOf, headerOf, linksOf, partOf } from '../support/mail/received-mail.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { CertificateAuthority } from '../support/tls/certificates.js';
import { AppInProcess } from './app-in-process.js';
import { type OutboxRow, untilEmpty, untilRows } from './mail-fixture.js';

/** Registrations are silent: each causes one mail, with a link that makes the account. */
describe('mails to Exim', () => {
  let authority: CertificateAuthority;
  let database: TestDatabase;
  let exim: Exim;
  let app: AppInProcess;

  beforeAll(async () => {
    [authority, database] = await Promise.all([CertificateAuthority.create(), createTestDatabase()]);
    exim = await Exim.start(await authority.issue('IP:127.0.0.1'));
    app = await AppInProcess.start({
      DATABASE_URL: database.url,
      SMTP_URL: exim.url,
      SMTP_TLS_CA_FILE: authority.cert,
      MAIL_FROM: 'Bücherei Süd <no-reply@auth.example>',
      REGISTRATION_SILENT: 'true',
    });
  });
  afterAll(async () => {
    await app.stop();
    await exim.stop();
    await database.drop();
    await authority.remove();
  });

  const register = async (email: string) => {
    const { status } = await app.call('POST', '/api/v1/auth/register', {
      headers: { 'accept-language': 'de' },
      body: { email, password: 'Test1234', full_name: 'Ada' },
    });
    expect(status).toBe(202);
  };
  const untilRow = async (is: (row: OutboxRow) => boolean, what: string) => {
    const [row] = await untilRows(database.url, ([each]) => each !== undefined && is(each), what);
    return row!;
  };

  it('arrive over STARTTLS after a login, with their headers and both parts, and with a link that works', async () => {
    const email = `${randomUUID()}@example.org`;
    await register(email);
    const mail = await exim.received(email);
    expect(mail).toMatchObject({ from: 'no-reply@auth.example', user: 'ergodrive', isEncrypted: true });
    expect(headerOf(mail, 'Message-ID')).toMatch(/^<[0-9a-f-]{36}@auth\.example>$/);
    expect(headerOf(mail, 'To')).toBe(email);
    expect(decodedHeaderOf(mail, 'From')).toBe('Bücherei Süd <no-reply@auth.example>');
    expect(decodedHeaderOf(mail, 'Subject')).toBe('Registrierung abschließen');
    expect(Math.abs(Date.now() - Date.parse(headerOf(mail, 'Date')))).toBeLessThan(60_000);
    expect(headerOf(mail, 'Auto-Submitted')).toBe('auto-generated');
    expect(partOf(mail, 'text/plain')).toContain('bestätigen Sie die Adresse');
    expect(partOf(mail, 'text/html')).toContain('<html lang="de">');
    const [link] = linksOf(mail) as [string];
    expect(partOf(mail, 'text/html')).toContain(`href="${link}"`);
    await untilEmpty(database.url);
    const token = new URL(link).hash.replace('#token=', '');
    const proof = await app.call('POST', '/api/v1/auth/verify-email', { body: { token } });
    expect(proof.status).toBe(200);
  });

  it('become dead letters for a receiver that Exim refuses for good', async () => {
    await register('refused@example.org');
    const row = await untilRow(({ failed_at }) => failed_at !== null, 'a dead letter');
    expect(row).toMatchObject({
      attempts: 1,
      last_error: expect.stringMatching(/550 5\.1\.1 no such mailbox$/),
    });
    await app.query('DELETE FROM mail_outbox');
  });

  it('wait while Exim is down, and arrive once when it is back', async () => {
    await exim.down();
    const email = `${randomUUID()}@example.org`;
    await register(email);
    const row = await untilRow(({ attempts, lease }) => attempts === 2 && lease === null, 'two failures');
    expect(row).toMatchObject({ failed_at: null, last_error: expect.stringContaining('ECONNREFUSED') });
    await exim.up();
    await exim.received(email);
    await untilEmpty(database.url);
    await expect(exim.mailsTo(email)).resolves.toHaveLength(1);
  });

  it('are tried again after greylisting, and arrive once', async () => {
    const name = `greylisted-${randomUUID()}`;
    await register(`${name}@example.org`);
    const row = await untilRow(({ last_error }) => last_error !== null, 'the refusal');
    expect(row).toMatchObject({
      failed_at: null,
      attempts: 1,
      last_error: expect.stringMatching(/451 4\.7\.1 greylisted$/),
    });
    await exim.getToKnow(name);
    await exim.received(`${name}@example.org`);
    await untilEmpty(database.url);
    await expect(exim.mailsTo(`${name}@example.org`)).resolves.toHaveLength(1);
  });
});
