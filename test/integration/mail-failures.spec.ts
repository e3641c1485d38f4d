import { setTimeout as pause } from 'node:timers/promises';
import { MailCleanupService } from '../../src/mail/mail-cleanup.service.js';
import { type ClaimedMail, MailQueue } from '../../src/mail/mail-queue.js';
import { Refusal } from '../support/mail/mail-server.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { headerOf } from '../support/mail/received-mail.js';
import {
  hurry,
  KIND,
  letterTo,
  LINK,
  LOGIN,
  MailFixture,
  queue,
  registerKind,
  rowsOf,
  TOKEN,
  untilEmpty,
  untilRows,
} from './mail-fixture.js';

describe('a mail that cannot be sent', () => {
  const mail = MailFixture.ofSuite();

  it('tries again while no server answers, and sends the mail when one does', async () => {
    await mail.server.down();
    await queue(mail.app);
    const [row] = await untilRows(
      mail.url,
      ([each]) => each?.attempts === 1 && each.lease === null,
      'a failure',
    );
    expect(row).toMatchObject({
      failed_at: null,
      is_due: false,
      last_error: expect.stringContaining('ECONNREFUSED'),
    });
    await mail.server.up();
    await hurry(mail.url);
    await expect(mail.server.received()).resolves.toHaveLength(1);
    await untilEmpty(mail.url);
  });

  it('tries again after a temporary refusal', async () => {
    mail.server.onAddress = () => {
      throw new Refusal(451, '4.7.1 greylisted');
    };
    await queue(mail.app);
    const [row] = await untilRows(mail.url, ([each]) => each?.last_error !== null, 'the refusal');
    expect(row).toMatchObject({
      failed_at: null,
      last_error: expect.stringMatching(/451 4.7.1 greylisted$/),
    });
    mail.server.reset();
    await hurry(mail.url);
    await untilEmpty(mail.url);
    expect(mail.server.mails).toHaveLength(1);
  });

  it.each([
    ['its address', 'onAddress'],
    ['its content', 'onMail'],
  ] as const)(
    'makes a mail a dead letter at once whose server refuses %s for good, and keeps no secret of it',
    async (_what, hook) => {
      mail.server[hook] = () => {
        throw new Refusal(550, `5.7.1 <ada@example.org> ${LINK} ${TOKEN} is not wanted`);
      };
      await queue(mail.app);
      const [row] = await untilRows(mail.url, ([each]) => each?.failed_at !== null, 'a dead letter');
      expect(row).toMatchObject({
        attempts: 1,
        last_error: expect.stringMatching(/550 5.7.1 <\[address\]> \[link\] \[…\] is not wanted$/),
      });
      await hurry(mail.url);
      await expect(rowsOf(mail.url)).resolves.toHaveLength(1);
      const { payload } = await mail.app.app.inject('/metrics');
      expect(payload).toContain('ergodrive_mails_dead 1');
    },
  );

  it.each([
    [1, 5],
    [2, 10],
    [3, 20],
    [20, 900],
  ])('waits after attempt %d for %d s, or for half of that at least', async (attempts, longest) => {
    const [claimed] = (await sql(
      mail.url,
      `INSERT INTO mail_outbox (kind, attempts, lease, next_attempt_at)
       VALUES ('${KIND}', $1, gen_random_uuid(), now() + interval '1 h') RETURNING id, lease, kind`,
      [attempts],
    )) as [ClaimedMail];
    await mail.app.get(MailQueue).retry(claimed, 'x');
    const [{ seconds }] = (await sql(
      mail.url,
      'SELECT extract(epoch FROM next_attempt_at - now())::float8 AS seconds FROM mail_outbox',
    )) as [{ seconds: number }];
    expect(seconds).toBeLessThanOrEqual(longest);
    expect(seconds).toBeGreaterThan(longest / 2 - 1);
  });

  it('is sent once although PostgreSQL cannot remove it at first', async () => {
    // A sequence also counts what is rolled back.
    await sql(
      mail.url,
      `CREATE SEQUENCE refused_removals;
       CREATE FUNCTION refuse_removal() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'removal %', nextval('refused_removals'); END $$;
       CREATE TRIGGER refuse_removal BEFORE DELETE ON mail_outbox FOR EACH ROW EXECUTE FUNCTION refuse_removal()`,
    );
    await queue(mail.app);
    const refused = 'SELECT FROM refused_removals WHERE is_called';
    await waitFor(async () => (await sql(mail.url, refused)).length > 0, { what: 'a refused removal' });
    await sql(mail.url, 'DROP FUNCTION refuse_removal CASCADE; DROP SEQUENCE refused_removals');
    await untilEmpty(mail.url);
    expect(mail.server.mails).toHaveLength(1);
  });

  it('tries again after a refused login, which is no fault of the mail', async () => {
    mail.server.demand({ user: 'x', pass: 'y' });
    await queue(mail.app);
    const [row] = await untilRows(mail.url, ([each]) => each?.last_error !== null, 'the refusal');
    mail.server.demand(LOGIN);
    expect(row).toMatchObject({ failed_at: null, last_error: expect.stringContaining('535') });
  });

  it('repeats a mail whose server went away before its answer, with the same Message-ID and the same token', async () => {
    const states: boolean[] = [];
    registerKind(mail.app, (row) => {
      states.push(row.isPrepared);
      return Promise.resolve(letterTo(row));
    });
    mail.server.onMail = async () => {
      mail.server.sever();
      await pause(0);
    };
    await queue(mail.app);
    await untilRows(mail.url, ([each]) => each?.last_error !== null, 'the failure');
    mail.server.onMail = () => undefined;
    await hurry(mail.url);
    await untilEmpty(mail.url);
    expect(mail.server.mails).toHaveLength(2);
    expect(new Set(mail.server.mails.map((mail) => headerOf(mail, 'Message-ID'))).size).toBe(1);
    expect(states).toEqual([false, true]);
  });

  it('sends no mail that has expired: it is a dead letter', async () => {
    registerKind(mail.app, (row) =>
      Promise.resolve(letterTo(row, { expiresAt: new Date(Date.now() - 1000) })),
    );
    await queue(mail.app);
    const [row] = await untilRows(mail.url, ([each]) => each?.failed_at !== null, 'a dead letter');
    expect(row!.last_error).toBe('no attempt before the mail expired');
    expect(mail.server.mails).toEqual([]);
  });

  it('is removed thirty days after it became a dead letter, and no earlier', async () => {
    await sql(
      mail.url,
      `INSERT INTO mail_outbox (kind, address, created_at, next_attempt_at, failed_at)
       SELECT '${KIND}', days, now() - interval '90 days', now() + interval '1 h', now() - days * interval '1 day'
       FROM unnest('{0, 29.9, 30.1, 60, NULL}'::float8[]) AS days`,
    );
    const cleanUp = mail.app.get(MailCleanupService);
    await expect(cleanUp.remove()).resolves.toBe(2);
    const left = await sql(mail.url, 'SELECT address FROM mail_outbox ORDER BY address');
    // The last one waits, and is no dead letter.
    expect(left).toEqual([{ address: '0' }, { address: '29.9' }, { address: null }]);
    await expect(cleanUp.remove()).resolves.toBe(0);
  });

  it('tries again when a kind cannot prepare its letter, and changes nothing meanwhile', async () => {
    registerKind(mail.app, async (_row, run) => {
      await run({ name: 'test_touch', text: `UPDATE mail_outbox SET address = 'changed'` }, []);
      throw new Error(`no letter for ${LINK}`);
    });
    await queue(mail.app);
    const [row] = await untilRows(mail.url, ([each]) => each?.last_error !== null, 'the failure');
    expect(row).toMatchObject({ address: 'ada@example.org', last_error: 'no letter for [link]' });
  });
});
