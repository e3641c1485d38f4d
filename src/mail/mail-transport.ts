import type { RenderedMail } from './rendered-mail.js';

/** A mail with what tells it from others. */
export interface AddressedMail extends RenderedMail {
  /** Of its row: each attempt has the same `Message-ID`, by which servers and mail programs know a repetition. */
  readonly id: string;
  readonly kind: string;
}

/** Gives mails away. */
export interface MailTransport {
  /**
   * Resolves when the mail was taken.
   * @param proceed is awaited right before the content is given away; where it rejects, nothing of it is
   * @param signal ends the attempt
   * @throws what `proceed` throws, or Error of the transport
   */
  send(mail: AddressedMail, proceed: () => Promise<void>, signal: AbortSignal): Promise<void>;
}
