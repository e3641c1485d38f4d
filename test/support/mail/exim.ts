import { appendFile, chown, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';
import { freePort } from '../network/free-port.js';
import { ManagedProcess } from '../process/managed-process.js';
import { unprivilegedUser } from '../process/unprivileged-user.js';
import type { Certificate } from '../tls/certificates.js';
import { waitFor } from '../wait-for.js';
import { eximConfiguration } from './exim-configuration.js';
import { type Program, unpackExim } from './exim-program.js';
import { headerOf, type ReceivedMail } from './received-mail.js';

const LOGIN = { user: 'ergodrive', pass: 'a-password-of-the-mail-server' };

/** The mail server Exim on 127.0.0.1, which delivers to a Maildir (see `eximConfiguration` for its manners). */
export class Exim {
  private process: ManagedProcess | undefined;

  private constructor(
    private readonly program: Program,
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** @throws MissingServiceError, or Error with its output when it does not listen */
  static async start(certificate: Certificate): Promise<Exim> {
    const [folder, port] = await Promise.all([makeTemporaryDirectory('exim'), freePort()]);
    const user = unprivilegedUser() ?? { uid: process.getuid!(), gid: process.getgid!() };
    const program = await unpackExim(folder, user);
    const path = (name: string) => join(folder, name);
    await mkdir(path('spool'));
    await writeFile(path('exim.conf'), eximConfiguration({ folder, port, login: LOGIN }));
    await writeFile(path('known'), '');
    await copyFile(certificate.cert, path('certificate.pem'));
    await copyFile(certificate.key, path('key.pem'));
    for (const each of [folder, path('spool'), path('key.pem')]) await chown(each, user.uid, user.gid);
    const exim = new Exim(program, folder, port);
    await exim.up();
    return exim;
  }

  /** `SMTP_URL` of this server. */
  get url(): string {
    return `smtp://${LOGIN.user}:${LOGIN.pass}@127.0.0.1:${this.port}`;
  }

  /** Ends the greylisting of a mailbox. @param name before the `@` */
  async getToKnow(name: string): Promise<void> {
    await appendFile(join(this.folder, 'known'), `${name}:\n`);
  }

  async up(): Promise<void> {
    const { command, env } = this.program;
    const listening = `listening for SMTP on [127.0.0.1]:${this.port}`;
    const starts = async () => (await this.log()).split(listening).length - 1;
    const before = await starts();
    const started = await ManagedProcess.spawn({
      command,
      args: ['-C', join(this.folder, 'exim.conf'), '-bdf', '-oP', join(this.folder, 'exim.pid')],
      cwd: this.folder,
      env,
      user: unprivilegedUser(),
      stopSignal: 'SIGTERM',
    });
    this.process = started;
    await waitFor(async () => !started.running || (await starts()) > before, {
      what: 'Exim to listen',
      timeoutMs: 30_000,
    }).catch(() => started.kill9());
    if (!started.running) throw new Error(`Exim did not start:\n${started.output}${await this.log()}`);
  }

  /** Takes no more mails. Those that it has stay. */
  async down(): Promise<void> {
    await this.process?.stop();
  }

  async stop(): Promise<void> {
    await this.down();
    await removeTemporaryDirectory(this.folder);
  }

  /** What it did, a line for each step. */
  async log(): Promise<string> {
    return readFile(join(this.folder, 'main.log'), 'utf8').catch(() => '');
  }

  /** The mails to an address in the Maildir. */
  async mailsTo(address: string): Promise<ReceivedMail[]> {
    const folder = join(this.folder, 'maildir/new');
    const names = await readdir(folder).catch(() => []);
    const mails = await Promise.all(
      names.map(async (name) => mailOf(await readFile(join(folder, name), 'latin1'))),
    );
    return mails.filter(({ to }) => to === address);
  }

  /** The first mail to the address, once it is there. */
  async received(address: string): Promise<ReceivedMail> {
    const mails = await waitFor(
      async () => {
        const found = await this.mailsTo(address);
        return found.length > 0 && found;
      },
      { what: `a mail to ${address}`, timeoutMs: 30_000 },
    );
    return (mails as ReceivedMail[])[0]!;
  }
}

function mailOf(file: string): ReceivedMail {
  const raw = file.replaceAll('\n', '\r\n');
  return {
    from: headerOf({ raw }, 'Return-path').replace(/[<>]/g, ''),
    to: headerOf({ raw }, 'Envelope-to'),
    user: headerOf({ raw }, 'X-Login'),
    // RFC 3848: ESMTP over TLS (S), after a login (A).
    isEncrypted: / with esmtpsa /.test(headerOf({ raw }, 'Received')),
    raw,
  };
}
