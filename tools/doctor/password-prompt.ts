import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from '../service/usage-error.js';

/**
 * Asks for the password on the terminal, and shows nothing of what is typed.
 * @throws UsageError when there is no terminal, or nothing was typed
 */
export async function askForPassword(email: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new UsageError('without a terminal, the password is in DOCTOR_ADMIN_PASSWORD');
  // readline echoes what is typed to its output.
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silence, terminal: true });
  // Only now the terminal itself echoes nothing.
  process.stderr.write(`Password of ${email}: `);
  try {
    const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    const password = await Promise.race([terminal.question(''), ended]);
    if (password === '') throw new UsageError('no password was typed');
    return password;
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
