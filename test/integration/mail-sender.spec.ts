import { CommandsService } from '../../src/commands/commands.service.js';
import { SERVICE_ACTOR } from '../../src/common/actor.js';
import { HotStatements } from '../../src/database/hot-statements.js';
import { MailOutbox } from '../../src/mail/mail-outbox.js';
import { MailQueue } from '../../src/mail/mail-queue.js';
import { headerOf, partOf } from '../support/mail/received-mail.js';
import { sql } from '../support/postgres/sql.js';
import { register } from './accounts.js';
import { Barrier } from './barrier.js';
import {
  KIND,
  letterTo,
  LINK,
  LOGIN,
  MailFixture,
  queue,
  registerKind,
  rowsOf,
  untilEmpty,
  untilRows,
} from './mail-fixture.js';

describe('the sender of mails', () => {
  const mail = MailFixture.ofSuite();

  it('sends a mail over STARTTLS with a login, and removes its row', async () => {
    const before = await mail.countOf('sent');
    await queue(mail.app);
    const [received] = await mail.server.received();
    expect(received).toMatchObject({
      from: 'no-reply@auth.example',
      to: 'ada@example.org',
      user: LOGIN.user,
      isEncrypted: true,
    });
    expect(headerOf(received!, 'From')).toBe('Ergodrive <no-reply@auth.example>');
    expect(headerOf(received!, 'Message-ID')).toMatch(/^<[0-9a-f-]{36}@auth\.example>$/);
    expect(headerOf(received!, 'Auto-Submitted')).toBe('auto-generated');
    expect(partOf(received!, 'text/plain').split('\n')).toContain(LINK);
    expect(partOf(received!, 'text/html')).toContain(`href="${LINK}"`);
    await untilEmpty(mail.url);
    await expect(mail.countOf('sent')).resolves.toBe(before + 1);
  });

  it('sends the mail of a command after its commit, and none of one that is rolled back', async () => {
    const commands = mail.app.get(CommandsService);
    await commands.run(SERVICE_ACTOR, [], (command) =>
      command.mail({ kind: KIND, address: 'kept@example.org' }),
    );
    const failed = commands.run(SERVICE_ACTOR, [], async (command) => {
      await command.mail({ kind: KIND, address: 'undone@example.org' });
      throw new Error('undone');
    });
    await expect(failed).rejects.toThrow('undone');
    await untilEmpty(mail.url);
    expect(mail.server.mails.map(({ to }) => to)).toEqual(['kept@example.org']);
  });

  it('finds a mail that a transaction of its own SQL queued', async () => {
    await mail.app
      .get(HotStatements)
      .transaction(({ run }) =>
        mail.app.get(MailOutbox).queueWithin(run, { kind: KIND, address: 'own@example.org' }),
      );
    await expect(mail.server.received().then(([first]) => first)).resolves.toMatchObject({
      to: 'own@example.org',
    });
  });

  it('gives no content away when another sender has the mail by then', async () => {
    const barrier = new Barrier();
    mail.server.onAddress = () => barrier.wait();
    await queue(mail.app);
    await barrier.reached;
    await sql(
      mail.url,
      `UPDATE mail_outbox SET lease = gen_random_uuid(), next_attempt_at = now() + interval '1 h'`,
    );
    barrier.release();
    await queue(mail.app, 'next@example.org');
    await mail.server.received();
    await untilRows(mail.url, (rows) => rows.length === 1, 'the next mail to leave');
    expect(mail.server.mails.map(({ to }) => to)).toEqual(['next@example.org']);
  });

  it('has a mail for a whole lease from the moment at which it gives the content away', async () => {
    const barrier = new Barrier();
    mail.server.onAddress = () => barrier.wait();
    let seconds = 0;
    mail.server.onMail = async () => {
      const left = 'SELECT extract(epoch FROM next_attempt_at - now())::float8 AS seconds FROM mail_outbox';
      [{ seconds }] = (await sql(mail.url, left)) as [{ seconds: number }];
    };
    await queue(mail.app);
    await barrier.reached;
    await sql(mail.url, `UPDATE mail_outbox SET next_attempt_at = now() + interval '30 s'`);
    barrier.release();
    await untilEmpty(mail.url);
    expect(seconds).toBeGreaterThan(110);
  });

  it('takes no mail whose lease another sender has', async () => {
    await sql(
      mail.url,
      `INSERT INTO mail_outbox (kind, lease, next_attempt_at)
       VALUES ('${KIND}', gen_random_uuid(), now() + interval '1 h')`,
    );
    await expect(mail.app.get(MailQueue).claim()).resolves.toBeUndefined();
    await expect(rowsOf(mail.url)).resolves.toMatchObject([{ attempts: 0 }]);
  });

  it('takes a mail over when the lease of its sender has ended', async () => {
    await sql(
      mail.url,
      `INSERT INTO mail_outbox (kind, address, lease, next_attempt_at)
       VALUES ('${KIND}', 'left@example.org', gen_random_uuid(), now() + interval '1 s')`,
    );
    await expect(mail.server.received().then(([first]) => first)).resolves.toMatchObject({
      to: 'left@example.org',
    });
  });

  it('removes a mail for which its kind has no letter', async () => {
    registerKind(mail.app, () => Promise.resolve(undefined));
    await queue(mail.app);
    await untilEmpty(mail.url);
    expect(mail.server.mails).toEqual([]);
  });

  it('leaves a mail of a kind that it does not know to a version that does', async () => {
    await mail.app.get(MailOutbox).queue({ kind: 'of_a_later_version' });
    await queue(mail.app);
    await mail.server.received();
    const rows = await untilRows(mail.url, (each) => each.length === 1, 'the other mail to leave');
    expect(rows).toMatchObject([{ attempts: 0, is_due: true, failed_at: null }]);
  });

  it('is not held up by a server that is slow with some mails', async () => {
    const barrier = new Barrier();
    mail.server.onMail = ({ to }) => (to === 'slow@example.org' ? barrier.wait() : undefined);
    await queue(mail.app, 'slow@example.org');
    await barrier.reached;
    for (let count = 0; count < 10; count++) await queue(mail.app, `${count}@example.org`);
    await untilRows(mail.url, (rows) => rows.length === 1, 'the other mails to leave');
    barrier.release();
    await untilEmpty(mail.url);
    expect(mail.server.mails).toHaveLength(11);
  });

  it('forgets the mails of an account that is deleted', async () => {
    const { id } = await register(mail.app);
    await sql(
      mail.url,
      `INSERT INTO mail_outbox (kind, user_id, next_attempt_at) VALUES ('x', $1, now() + interval '1 h')`,
      [id],
    );
    await sql(mail.url, 'DELETE FROM users WHERE id = $1', [id]);
    await expect(rowsOf(mail.url)).resolves.toEqual([]);
  });

  it('speaks the language of the account, else one that the request accepts', async () => {
    registerKind(mail.app, (row) =>
      Promise.resolve(letterTo(row, { locale: row.address === 'en@example.org' ? 'en' : null })),
    );
    const outbox = mail.app.get(MailOutbox);
    await outbox.queue({ kind: KIND, address: 'de@example.org', language: 'fr,de-AT' });
    await outbox.queue({ kind: KIND, address: 'en@example.org', language: 'de' });
    const mails = await mail.server.received(2);
    const subjects = Object.fromEntries(mails.map((mail) => [mail.to, headerOf(mail, 'Subject')]));
    expect(subjects).toEqual({
      'de@example.org': 'Neues Passwort festlegen',
      'en@example.org': 'Set a new password',
    });
  });

  it('puts no line of a user into the headers', async () => {
    registerKind(mail.app, (row) =>
      Promise.resolve(letterTo(row, { values: { name: 'A\r\nBcc: eve@example.org' } })),
    );
    await queue(mail.app, 'ada@example.org');
    const [received] = await mail.server.received();
    expect(headerOf(received!, 'Bcc')).toBe('');
    expect(partOf(received!, 'text/plain').split('\n')[0]).toBe('Hello,');
  });
});
