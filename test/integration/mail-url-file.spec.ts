import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppLogger } from '../../src/common/app.logger.js';
import { makeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { MailServer } from '../support/mail/mail-server.js';
import { sql } from '../support/postgres/sql.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { CertificateAuthority } from '../support/tls/certificates.js';
import { AppInProcess } from './app-in-process.js';
import { FROM, hurry, queue, registerKind, untilEmpty, untilRows } from './mail-fixture.js';

const FORMER = { user: 'service@former.example', pass: 'former/pass:1' };
const OTHER = { user: 'service@other.example', pass: 'other/pass:2' };
const WRONG = 'wrong/pass:3';

/** How a password may be written: as it is, in a URL, and as a login sends it (RFC 4954, RFC 4616). */
const formsOf = (pass: string) => [
  pass,
  encodeURIComponent(pass),
  Buffer.from(pass).toString('base64'),
  ...[FORMER.user, OTHER.user].map((user) => Buffer.from(`\0${user}\0${pass}`).toString('base64')),
];

describe('SMTP_URL_FILE that is rewritten while the service runs', () => {
  let authority: CertificateAuthority;
  let database: TestDatabase;
  let former: MailServer;
  let other: MailServer;
  let app: AppInProcess;
  let file: string;
  let log = '';

  const write = (content: string) => writeFile(file, `${content}\n`);
  const startServer = async (login: typeof FORMER) =>
    MailServer.start({ certificate: await authority.issue('IP:127.0.0.1'), login });
  /** A mail that waits, because its attempt failed. */
  const untilFailed = () =>
    untilRows(
      database.url,
      ([row]) => typeof row?.last_error === 'string' && row.lease === null,
      'a failed attempt',
    );
  const usersOf = (server: MailServer) => server.mails.map(({ user }) => user);

  beforeAll(async () => {
    [authority, database] = await Promise.all([CertificateAuthority.create(), createTestDatabase()]);
    [former, other] = await Promise.all([startServer(FORMER), startServer(OTHER)]);
    file = join(await makeTemporaryDirectory('smtp-url'), 'smtp-url');
    await write(former.url);
    const lines = { write: (line: string) => (log += line) };
    app = await AppInProcess.start(
      {
        DATABASE_URL: database.url,
        SMTP_URL_FILE: file,
        SMTP_TLS_CA_FILE: authority.cert,
        MAIL_FROM: FROM,
      },
      new AppLogger({ level: 'trace', isJson: true }, lines),
    );
    registerKind(app);
  });
  beforeEach(async () => {
    await sql(database.url, 'DELETE FROM mail_outbox');
    await write(former.url);
    await queue(app);
    await former.received();
    await untilEmpty(database.url);
    former.reset();
    other.reset();
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([former.down(), other.down()]);
    await database.drop();
    await authority.remove();
  });

  it('has the next mail go to the other server, with its login and without a restart', async () => {
    await write(other.url);
    await queue(app);
    await other.received();
    expect([usersOf(former), usersOf(other)]).toEqual([[], [OTHER.user]]);
  });

  it('has a mail that waits go to the other server at its next attempt', async () => {
    await former.down();
    await queue(app);
    await untilFailed();
    await write(other.url);
    await hurry(database.url);
    await untilEmpty(database.url);
    await former.up();
    expect([usersOf(former), usersOf(other)]).toEqual([[], [OTHER.user]]);
  });

  it.each([
    ['no URL', () => `rubbish ${OTHER.pass}`],
    ['a URL of something else', () => other.url.replace('smtp:', 'https:')],
    ['a URL that breaks off', () => other.url.slice(0, other.url.indexOf('@'))],
    ['nothing', () => ''],
  ])('changes nothing while the file holds %s', async (_, contentOf) => {
    await write(contentOf());
    await queue(app);
    await untilEmpty(database.url);
    expect([usersOf(former), usersOf(other)]).toEqual([[FORMER.user], []]);
  });

  it('loses no mail when the file is rubbish and the last server is gone: they leave once the file is right', async () => {
    await former.down();
    await write(`rubbish ${OTHER.pass}`);
    await queue(app);
    await queue(app, 'grace@example.org');
    const rows = await untilRows(
      database.url,
      (all) => all.every((row) => row.last_error !== null),
      'failures',
    );
    expect(rows.map(({ failed_at }) => failed_at)).toEqual([null, null]);
    await write(other.url);
    await hurry(database.url);
    await untilEmpty(database.url);
    await former.up();
    expect(other.mails.map(({ to }) => to).sort()).toEqual(['ada@example.org', 'grace@example.org']);
  });

  it('has mails wait while the password in the file is wrong', async () => {
    await write(other.url.replace(encodeURIComponent(OTHER.pass), encodeURIComponent(WRONG)));
    await queue(app);
    const [row] = await untilFailed();
    expect(row).toMatchObject({ failed_at: null, last_error: expect.stringContaining('535') });
    await write(other.url);
    await hurry(database.url);
    await untilEmpty(database.url);
    expect([usersOf(former), usersOf(other)]).toEqual([[], [OTHER.user]]);
  });

  it('never has a password in the log or in a reason', async () => {
    await write(other.url.replace(encodeURIComponent(OTHER.pass), encodeURIComponent(WRONG)));
    await queue(app);
    const [row] = await untilFailed();
    expect(log).toContain('A mail could not be sent, and will be tried again');
    expect(log).toContain(row!.last_error);
    const said = `${log}${row!.last_error}`;
    const forms = [FORMER.pass, OTHER.pass, WRONG].flatMap(formsOf);
    expect(forms.filter((form) => said.includes(form))).toEqual([]);
  });
});
