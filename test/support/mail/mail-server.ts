import { readFileSync } from 'node:fs';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { freePort } from '../network/free-port.js';
import type { Certificate } from '../tls/certificates.js';
import { waitFor } from '../wait-for.js';
import type { ReceivedMail } from './received-mail.js';

export interface MailServerOptions {
  /** For STARTTLS, or with `isImplicit` from the first byte. Without it the server speaks plain text. */
  readonly certificate?: Certificate;
  readonly isImplicit?: boolean;
  /** A login that the server demands. */
  readonly login?: { user: string; pass: string };
}

/** What a server answers instead of `250`: an SMTP status, and a text. */
export class Refusal extends Error {
  constructor(
    readonly responseCode: number,
    text: string,
  ) {
    super(text);
  }
}

/** A mail server of smtp-server, on 127.0.0.1, that keeps what it gets. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  /** Runs for each address, before the answer to `RCPT TO`. */
  onAddress: (address: string) => Promise<void> | void = () => undefined;
  /** Runs for each mail that arrived, before the answer to its content. */
  onMail: (mail: ReceivedMail) => Promise<void> | void = () => undefined;
  private server: SMTPServer | undefined;

  private constructor(
    readonly port: number,
    private options: MailServerOptions,
  ) {}

  static async start(options: MailServerOptions = {}): Promise<MailServer> {
    const server = new MailServer(await freePort(), options);
    await server.up();
    return server;
  }

  /** `SMTP_URL` of this server. */
  get url(): string {
    const { certificate, isImplicit = false, login } = this.options;
    const user =
      login === undefined ? '' : `${encodeURIComponent(login.user)}:${encodeURIComponent(login.pass)}@`;
    const plain = certificate === undefined ? '?tls=off' : '';
    return `smtp${isImplicit ? 's' : ''}://${user}127.0.0.1:${this.port}${plain}`;
  }

  /** Forgets all mails and manners. */
  reset(): void {
    this.mails.length = 0;
    this.onAddress = () => undefined;
    this.onMail = () => undefined;
  }

  /** @param login the new one that it demands */
  demand(login: { user: string; pass: string }): void {
    this.options = { ...this.options, login };
  }

  async up(): Promise<void> {
    const { certificate, isImplicit = false, login } = this.options;
    const tls = certificate && { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) };
    const server = new SMTPServer({
      ...tls,
      secure: isImplicit,
      closeTimeout: 1,
      disabledCommands: [...(tls ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])],
      authOptional: login === undefined,
      onAuth: ({ username, password }, _session, callback) => {
        const isRight = username === this.options.login?.user && password === this.options.login?.pass;
        if (isRight) callback(null, { user: username });
        else callback(new Refusal(535, '5.7.8 the login is wrong'));
      },
      onRcptTo: ({ address }, _session, callback) => {
        void Promise.resolve(address)
          .then(this.onAddress)
          .then(() => callback(), callback);
      },
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const mail = receivedBy(session, Buffer.concat(chunks).toString('latin1'));
          this.mails.push(mail);
          void Promise.resolve(mail)
            .then(this.onMail)
            .then(() => callback(), callback);
        });
      },
    });
    // A client that is killed resets its connection.
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
  }

  /** Ends every connection at once, and takes no more. */
  async down(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(resolve));
    this.sever(server);
    await closed;
  }

  /** Ends every connection at once, whatever is under way. */
  sever(server = this.server): void {
    for (const { _socket: socket } of (server?.connections ?? []) as unknown as Set<{
      _socket: { destroy(): void };
    }>)
      socket.destroy();
  }

  /** The first so many mails. */
  async received(count = 1, timeoutMs = 15_000): Promise<ReceivedMail[]> {
    await waitFor(() => this.mails.length >= count, { what: `${count} mails`, timeoutMs });
    return this.mails.slice(0, count);
  }
}

function receivedBy(session: SMTPServerSession, raw: string): ReceivedMail {
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mailFrom === false ? '' : mailFrom.address,
    to: rcptTo.map(({ address }) => address).join(),
    user: String(session.user ?? ''),
    isEncrypted: session.secure,
    raw,
  };
}
