import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';

type Algorithm = 'ES256' | 'RS256';

/** A file with key pairs, for `SIGNING_KEYS_FILE`. */
export class SigningKeysFile {
  private constructor(
    private readonly dir: string,
    readonly path: string,
  ) {}

  /** @param first of the algorithms of the keys: this one signs */
  static async create(first: Algorithm = 'ES256', ...others: readonly Algorithm[]): Promise<SigningKeysFile> {
    const dir = await makeTemporaryDirectory('signing-keys');
    const path = join(dir, 'signing-keys.json');
    const keys = await Promise.all([first, ...others].map(newKey));
    await writeFile(path, JSON.stringify({ keys }), { mode: 0o600 });
    return new SigningKeysFile(dir, path);
  }

  async remove(): Promise<void> {
    await removeTemporaryDirectory(this.dir);
  }
}

async function newKey(alg: Algorithm): Promise<object> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig' };
}
