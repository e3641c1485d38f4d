import type { Letter, MailKind, MailRow } from '../../src/mail/mail-kind.js';
import { MailKinds } from '../../src/mail/mail-kinds.js';
import { MailOutbox } from '../../src/mail/mail-outbox.js';
import { MailServer } from '../support/mail/mail-server.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { CertificateAuthority } from '../support/tls/certificates.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';

export const TOKEN = 'a-token-that-nobody-else-may-see-0123456789';
export const LINK = `https://app.example/reset-password#token=${TOKEN}`;
export const FROM = 'Ergodrive <no-reply@auth.example>';
/** One whose texts need no values. */
export const KIND = 'reset_password';

const HALF_AN_HOUR_MS = 1_800_000;

/** A letter to the address of its row. */
export const letterTo = (row: Pick<MailRow, 'address'>, change: Partial<Letter> = {}): Letter => ({
  to: row.address ?? 'ada@example.org',
  locale: null,
  values: { name: 'Ada' },
  links: { link: LINK },
  expiresAt: new Date(Date.now() + HALF_AN_HOUR_MS),
  ...change,
});

/** Has an application send such mails. */
export function registerKind(app: AppInProcess, prepare: MailKind['prepare'] = defaultPrepare): void {
  app.get(MailKinds).register({ kind: KIND, prepare });
}

const defaultPrepare: MailKind['prepare'] = (row) => Promise.resolve(letterTo(row));

export const queue = (app: AppInProcess, address = 'ada@example.org'): Promise<void> =>
  app.get(MailOutbox).queue({ kind: KIND, address });

/** A row of the outbox. */
export interface OutboxRow {
  id: string;
  attempts: number;
  lease: string | null;
  failed_at: Date | null;
  last_error: string | null;
  is_due: boolean;
}

export const rowsOf = (url: string): Promise<OutboxRow[]> =>
  sql(
    url,
    'SELECT *, next_attempt_at <= now() AS is_due FROM mail_outbox ORDER BY created_at',
  ) as Promise<never>;

/** Resolves with the rows when they are as they should be. */
export async function untilRows(
  url: string,
  are: (rows: OutboxRow[]) => boolean,
  what: string,
): Promise<OutboxRow[]> {
  let rows: OutboxRow[] = [];
  await waitFor(
    async () => {
      rows = await rowsOf(url);
      return are(rows);
    },
    { what, timeoutMs: 20_000 },
  );
  return rows;
}

export const untilEmpty = (url: string) =>
  untilRows(url, (rows) => rows.length === 0, 'the outbox to be empty');

/** Has waiting mails tried again at once. */
export const hurry = (url: string) =>
  sql(url, 'UPDATE mail_outbox SET next_attempt_at = now() WHERE lease IS NULL AND failed_at IS NULL');

export const LOGIN = { user: 'ergodrive@auth.example', pass: 'p@ss/word' };

/** An application, and the mail server that takes its mails over STARTTLS with a login. */
export class MailFixture {
  app!: AppInProcess;
  server!: MailServer;
  private database!: TestDatabase;

  /** They start before the first test of the suite, and end after the last. Each test begins with an empty outbox. */
  static ofSuite(): MailFixture {
    const fixture = new MailFixture();
    let authority: CertificateAuthority;
    beforeAll(async () => {
      [authority, fixture.database] = await Promise.all([
        CertificateAuthority.create(),
        createTestDatabase(),
      ]);
      const certificate = await authority.issue('IP:127.0.0.1');
      fixture.server = await MailServer.start({ certificate, login: LOGIN });
      fixture.app = await AppInProcess.start({
        DATABASE_URL: fixture.url,
        SMTP_URL: fixture.server.url,
        SMTP_TLS_CA_FILE: authority.cert,
        MAIL_FROM: FROM,
      });
    });
    beforeEach(() => fixture.reset());
    afterAll(async () => {
      await fixture.app.stop();
      await fixture.server.down();
      await fixture.database.drop();
      await authority.remove();
    });
    return fixture;
  }

  /** Of the database. */
  get url(): string {
    return this.database.url;
  }

  /** How many attempts had an outcome, as the metrics say. */
  async countOf(outcome: string): Promise<number> {
    const { payload } = await this.app.app.inject('/metrics');
    const line = new RegExp(`^ergodrive_mails_total{kind="${KIND}",outcome="${outcome}"} (\\d+)$`, 'm');
    return Number(line.exec(payload)?.[1] ?? 0);
  }

  /** An empty outbox, a kind that sends, and a server that takes everything. */
  private async reset(): Promise<void> {
    await sql(this.url, 'DELETE FROM mail_outbox');
    this.server.reset();
    registerKind(this.app);
  }
}
