import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';

/** A file with an ES256 key pair, for `SIGNING_KEYS_FILE`. */
export class SigningKeysFile {
  private constructor(
    private readonly dir: string,
    readonly path: string,
  ) {}

  static async create(): Promise<SigningKeysFile> {
    const dir = await makeTemporaryDirectory('signing-keys');
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const path = join(dir, 'signing-keys.json');
    const key = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' };
    await writeFile(path, JSON.stringify({ keys: [key] }), { mode: 0o600 });
    return new SigningKeysFile(dir, path);
  }

  async remove(): Promise<void> {
    await removeTemporaryDirectory(this.dir);
  }
}
