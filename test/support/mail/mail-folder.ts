import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';
import { sql } from '../postgres/sql.js';
import { waitFor } from '../wait-for.js';

export interface ReceivedMail {
  readonly kind: string;
  readonly to: string;
  readonly text: string;
  readonly html: string;
  /** Addresses in the text. */
  readonly links: readonly string[];
}

/** The mails that instances without a mail server write to files, which a reader opens one after the other. */
export class MailFolder {
  private readonly opened = new Set<string>();

  private constructor(private readonly dataDir: string) {}

  static async make(): Promise<MailFolder> {
    return new MailFolder(await makeTemporaryDirectory('mails'));
  }

  /** For the environment of each instance. */
  get variables(): Record<string, string> {
    return { DATA_DIR: this.dataDir };
  }

  async remove(): Promise<void> {
    await removeTemporaryDirectory(this.dataDir);
  }

  /** The token of the oldest mail to the address that has a link to the page and was not opened yet. Waits for one. */
  async token(address: string, page: string): Promise<string> {
    return tokenOf(await this.open(address, page), page);
  }

  /** The same mail as a whole. */
  async open(address: string, page: string): Promise<ReceivedMail> {
    const find = async () =>
      (await this.unopened(address)).find(({ mail }) => mail.links.some((link) => isTo(link, page)));
    const { name, mail } = (await waitFor(find, { what: `a mail to ${address} with a link to ${page}` }))!;
    this.opened.add(name);
    return mail;
  }

  /** All mails to the address that were not opened yet, once the outbox is empty. */
  async rest(address: string, databaseUrl: string): Promise<ReceivedMail[]> {
    const waiting = 'SELECT id FROM mail_outbox';
    await waitFor(async () => (await sql(databaseUrl, waiting)).length === 0, {
      what: 'the outbox to be empty',
    });
    const found = await this.unopened(address);
    for (const { name } of found) this.opened.add(name);
    return found.map(({ mail }) => mail);
  }

  /** Oldest first. */
  private async unopened(address: string): Promise<{ name: string; mail: ReceivedMail }[]> {
    const folder = join(this.dataDir, 'mail');
    const names = (await readdir(folder).catch(() => [])).filter(
      (name) => name.endsWith('.txt') && !this.opened.has(name),
    );
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(folder, name);
        const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
        // It is written before the text.
        const html = await readFile(path.replace(/txt$/, 'html'), 'utf8');
        return { name, mtimeMs, mail: { ...parse(text), kind: name.slice(0, name.indexOf('-')), html } };
      }),
    );
    return files.filter(({ mail }) => mail.to === address).sort((one, other) => one.mtimeMs - other.mtimeMs);
  }
}

/** The token of the mail's link to the page. */
export function tokenOf({ links }: ReceivedMail, page: string): string {
  const link = links.find((one) => isTo(one, page));
  if (link === undefined) throw new Error(`no link to ${page} among ${links.length} links`);
  return new URL(link).hash.slice('#token='.length);
}

const isTo = (link: string, page: string): boolean => new URL(link).pathname.endsWith(`/${page}`);

function parse(text: string): Pick<ReceivedMail, 'to' | 'text' | 'links'> {
  const [, to = ''] = /^To: (?:.*<)?([^\s<>]+)>?$/m.exec(text) ?? [];
  return { to, text, links: text.match(/https?:\/\/\S+/g) ?? [] };
}
