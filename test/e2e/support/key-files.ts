import { execFile } from 'node:child_process';
import type { JsonWebKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { keySetText } from '../../../src/config/signing-keys.js';
import { APP_ENTRY } from '../../support/app/app-build.js';
import { makeTemporaryDirectory } from '../../support/files/temporary-directory.js';

const COMMAND = join(dirname(APP_ENTRY), 'keys-cli.js');

/** The path of a new file for `SIGNING_KEYS_FILE`, in a folder that the suite removes. */
export async function keyFile(...keys: JsonWebKey[]): Promise<string> {
  const file = join(await makeTemporaryDirectory('signing-keys'), 'signing-keys.json');
  if (keys.length > 0) await writeFile(file, keySetText(keys));
  return file;
}

/**
 * Runs the built command that edits such a file.
 * @returns its output
 * @throws Error with the output when the command fails
 */
export async function runKeys(...args: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [COMMAND, ...args])).stdout;
}
