import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { OAuthClient } from '../../support/app/oauth-client.js';

const STAND_IN = fileURLToPath(new URL('./docker-stand-in.mjs', import.meta.url));

interface Place {
  /** Where the commands begin, which is the project's root for their reader. */
  cwd: string;
  composeFile?: string;
  /** What stands for /config of the containers. */
  config?: string;
  /** A command that edits the files that it gets. */
  editor?: string;
}

/** The blocks of shell commands in a section of a document. */
export async function shellBlocks(document: string, section: string): Promise<string[]> {
  const text = await readFile(document, 'utf8');
  const [, found] = text.split(`\n${section}\n`);
  if (found === undefined) throw new Error(`${document} has no section ${section}`);
  const [own = ''] = found.split(`\n${section.split(' ')[0]} `);
  return [...own.matchAll(/^( *)```bash\n(.*?)^ *```$/gms)].map(([, indent, block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

/**
 * Runs commands of a document by bash. What `docker` runs in a container is run here, on other folders. Owners are not changed.
 * @returns their output
 * @throws Error with the output when a command fails
 */
export async function runCommands(commands: string, place: Place): Promise<string> {
  const { cwd, composeFile = '', config = '', editor = 'true' } = place;
  const script = [
    'set -eu',
    `docker() { "${process.execPath}" "${STAND_IN}" "${process.cwd()}" "${composeFile}" "${config}" "$@"; }`,
    'chown() { :; }',
    commands,
  ].join('\n');
  const env = { PATH: process.env['PATH'], EDITOR: editor };
  return (await promisify(execFile)('bash', ['-c', script], { cwd, env })).stdout;
}

/** The client whose secret the command has shown. */
export function clientIn(output: string): OAuthClient {
  const [, id = '', secret = ''] = /^client_id=(\S+)\nclient_secret=(\S+)$/m.exec(output) ?? [];
  expect(secret).not.toBe('');
  return { id, secret };
}
