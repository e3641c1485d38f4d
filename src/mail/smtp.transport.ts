import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import { type Mailbox, parseMailFrom } from '../config/mail-from.js';
import type { SmtpConfig } from '../config/mail-transport.js';
import type { AddressedMail, MailTransport } from './mail-transport.js';
import { SmtpSession } from './smtp-session.js';

/**
 * Gives mails to a mail server, each on a connection of its own: there are few mails, and a changed login or server counts at once.
 * nodemailer reads no files and no addresses for a mail, and no text of a user becomes a name of a header or a part of a command.
 */
export class SmtpTransport implements MailTransport {
  private readonly from: Mailbox;

  constructor(
    private readonly config: SmtpConfig,
    from: string,
  ) {
    this.from = parseMailFrom(from);
  }

  async send(mail: AddressedMail, proceed: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const message = await this.compose(mail);
    let stopped: unknown;
    const content = Readable.from(
      (async function* () {
        await proceed().catch((error: unknown) => {
          stopped = error;
          throw error;
        });
        yield message;
      })(),
    );
    const session = new SmtpSession(this.config, signal);
    try {
      await session.open();
      await session.send({ from: this.from.address, to: mail.to }, content);
      session.quit();
    } catch (error) {
      session.close();
      throw stopped ?? error;
    }
  }

  /** `Auto-Submitted` keeps other programs from answering (RFC 3834 §5). */
  private compose({ id, to, subject, text, html }: AddressedMail): Promise<Buffer> {
    const composer = new MailComposer({
      from: this.from,
      to: { name: '', address: to },
      subject,
      text,
      html,
      messageId: `<${id}@${this.from.address.replace(/^.*@/, '')}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return composer.compile().build();
  }
}
