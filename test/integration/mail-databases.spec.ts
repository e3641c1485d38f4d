import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppConfig } from '../../src/config/app-config.js';
import { PATIENT } from '../support/app/patient.js';
import { MailServer } from '../support/mail/mail-server.js';
import { PgBouncer } from '../support/postgres/pgbouncer.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { FROM, KIND, LINK, queue, registerKind, untilEmpty } from './mail-fixture.js';

describe('mails', () => {
  it('leave through PgBouncer in transaction mode', async () => {
    const [database, server] = await Promise.all([createTestDatabase(), MailServer.start()]);
    const pooler = await PgBouncer.start(Number(new URL(database.url).port));
    const app = await AppInProcess.start({
      ...PATIENT,
      DATABASE_URL: pooler.through(database.url),
      DATABASE_DIRECT_URL: database.url,
      SMTP_URL: server.url,
      MAIL_FROM: FROM,
    });
    registerKind(app);
    for (let count = 0; count < 10; count++) await queue(app, `${count}@example.org`);
    await untilEmpty(database.url);
    expect(server.mails).toHaveLength(10);
    await app.stop();
    await pooler.stop();
    await server.down();
    await database.drop();
  });

  it('of the embedded database become files without a mail server, with links as they are', async () => {
    const app = await AppInProcess.start({});
    registerKind(app);
    await queue(app);
    const { transport } = app.get(AppConfig).mail;
    const folder = transport?.kind === 'files' ? transport.folder : '';
    const names = () => readdirSync(folder).sort();
    await waitFor(() => names().some((name) => name.endsWith('.txt')), { what: 'the file' });
    expect(names()).toEqual([expect.stringMatching(`^${KIND}-.*\\.html$`), expect.stringMatching(/\.txt$/)]);
    const [html, text] = names().map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(text).toMatch(/^To: ada@example.org\nSubject: Set a new password\n\nHello Ada,\n/);
    expect(text!.split('\n')).toContain(LINK);
    expect(html).toContain('<html lang="en">');
    await waitFor(async () => ((await app.query('SELECT FROM mail_outbox')) as unknown[]).length === 0, {
      what: 'the row to go',
    });
    await app.stop();
  });
});
