import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppProcess } from '../support/app/app-process.js';
import { MailServer } from '../support/mail/mail-server.js';
import { headerOf } from '../support/mail/received-mail.js';
import { sql } from '../support/postgres/sql.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';

const MAILS = 400;
const KILLS = 6;
const LANES = 4;
/** How long the server takes for a mail, so that a killed process leaves some in each state. */
const SLOWNESS_MS = 30;
// Jest runs from the project's root.
const ENTRY = join(process.cwd(), 'test/support/mail/mail-app.mjs');

describe('senders in processes of their own', () => {
  it('send each mail although they are killed, and twice only what was under way, with the same Message-ID', async () => {
    const [database, server] = await Promise.all([createTestDatabase(), MailServer.start()]);
    server.onMail = () => pause(SLOWNESS_MS);
    const env = {
      DATABASE_URL: database.url,
      SMTP_URL: server.url,
      MAIL_FROM: 'no-reply@auth.example',
      JWT_SECRET: 'x'.repeat(64),
    };
    const start = () => AppProcess.start({ env, entry: ENTRY });
    const apps = await Promise.all([start(), start(), start()]);
    await sql(
      database.url,
      `INSERT INTO mail_outbox (kind, address) SELECT 'reset_password', n || '@example.org' FROM generate_series(1, ${MAILS}) AS n`,
    );
    for (let kill = 1; kill <= KILLS; kill++) {
      await server.received(kill * 20, 60_000);
      const [killed] = apps.splice(Math.floor(Math.random() * apps.length), 1);
      await killed!.kill9();
      await killed!.stop();
      apps.push(await start());
    }
    // Those that are left end in good order; then only killed ones have a lease, which the test ends.
    await Promise.all(apps.map((app) => app.stop()));
    await sql(database.url, 'UPDATE mail_outbox SET next_attempt_at = now()');
    const last = await start();
    const rest = async () => (await sql(database.url, 'SELECT FROM mail_outbox')).length;
    await waitFor(async () => (await rest()) === 0, { what: 'the outbox to be empty', timeoutMs: 120_000 });
    await last.stop();
    const addresses = new Set(server.mails.map(({ to }) => to));
    const mails = new Set(server.mails.map((mail) => `${mail.to} ${headerOf(mail, 'Message-ID')}`));
    expect([addresses.size, mails.size]).toEqual([MAILS, MAILS]);
    expect(server.mails.length - MAILS).toBeLessThanOrEqual(KILLS * LANES);
    await server.down();
    await database.drop();
  });
});
