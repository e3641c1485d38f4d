import type { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpConfig } from '../config/mail-transport.js';
import type { SmtpTarget } from '../config/smtp-url.js';

/** Milliseconds for the connection, with the name, and for the greeting of the server. */
const CONNECT_MS = 10_000;
/** Milliseconds without a byte from the server. Its answer to the content may take long; the lease ends soon after. */
const SILENCE_MS = 60_000;

type Done = (error?: Error | null) => void;

/** One connection to the mail server. What fails once ends it. */
export class SmtpSession {
  private readonly connection: SMTPConnection;
  private readonly login: SmtpTarget['login'];
  /** Rejects when the connection is lost, or when the signal ends it. */
  private readonly lost: Promise<never>;

  constructor({ current, ca }: SmtpConfig, signal: AbortSignal) {
    const { host, port, security, login } = current();
    this.login = login;
    this.connection = new SMTPConnection({
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'plain',
      tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) },
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      dnsTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      socketCloseTimeout: 0,
    });
    this.lost = new Promise<never>((_resolve, reject) => {
      this.connection.on('error', reject);
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      if (signal.aborted) reject(signal.reason as Error);
    });
    // Nobody may be waiting when the connection is lost.
    this.lost.catch(() => undefined);
  }

  /** Connects, encrypts and logs in. @throws Error of nodemailer */
  async open(): Promise<void> {
    await this.step((done) => this.connection.connect(done));
    const { login } = this;
    if (login !== undefined) await this.step((done) => this.connection.login({ ...login }, done));
  }

  /** @param content is read only when the server has accepted the addresses @throws Error of nodemailer, or of the content */
  async send(envelope: { from: string; to: string }, content: Readable): Promise<void> {
    await this.step((done) => this.connection.send(envelope, content, done));
  }

  /** Takes leave of the server, and waits for nothing. */
  quit(): void {
    this.connection.quit();
  }

  /** Without a word, so that content that is incomplete is none. */
  close(): void {
    this.connection.close();
  }

  private step(work: (done: Done) => void): Promise<void> {
    const finished = new Promise<void>((resolve, reject) => {
      work((error) => (error ? reject(error) : resolve()));
    });
    return Promise.race([finished, this.lost]);
  }
}
