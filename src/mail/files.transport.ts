import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { replaceFile } from '../common/replace-file.js';
import type { AddressedMail, MailTransport } from './mail-transport.js';

/** Writes mails, with their links, to the log and to a folder: for development, where there is no mail server. */
export class FilesTransport implements MailTransport {
  private readonly logger = new Logger('Mail');

  constructor(private readonly folder: string) {}

  /** A repetition replaces the files of the first attempt. The `.txt` file comes last: with it the mail is complete. */
  async send(mail: AddressedMail, proceed: () => Promise<void>): Promise<void> {
    await proceed();
    mkdirSync(this.folder, { recursive: true });
    const path = join(this.folder, `${mail.kind}-${mail.id}`);
    const text = `To: ${mail.to}\nSubject: ${mail.subject}\n\n${mail.text}`;
    replaceFile(`${path}.html`, mail.html, 0o600);
    replaceFile(`${path}.txt`, text, 0o600);
    this.logger.log(`Written to ${path}.txt:\n${text}`);
  }
}
