import { createHash } from 'node:crypto';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory } from '../files/temporary-directory.js';

/** The member `secret_hash` of a secret. */
export const secretHash = (secret: string): string =>
  `sha256:${createHash('sha256').update(secret).digest('hex')}`;

/** A file for `CLIENTS_FILE` in a folder that the suite removes. */
export class ClientsFileOnDisk {
  private versions = 0;

  private constructor(private readonly folder: string) {}

  /** @param entries of the list, or the text of the file */
  static async create(entries: readonly object[] | string): Promise<ClientsFileOnDisk> {
    const file = new ClientsFileOnDisk(await makeTemporaryDirectory('clients-file'));
    await file.write(entries);
    return file;
  }

  get path(): string {
    return join(this.folder, 'clients.yaml');
  }

  /** By renaming, as editors do. */
  async write(entries: readonly object[] | string): Promise<void> {
    await writeFile(`${this.path}.new`, textOf(entries));
    await rename(`${this.path}.new`, this.path);
  }

  /** As the kubelet does: the folder behind a link is replaced. The file is a link into it. */
  async swap(entries: readonly object[]): Promise<void> {
    const [version, data] = [join(this.folder, `..v${++this.versions}`), join(this.folder, '..data')];
    await mkdir(version);
    await writeFile(join(version, 'clients.yaml'), textOf(entries));
    await symlink(version, `${data}.new`);
    await rename(`${data}.new`, data);
    if (this.versions > 1) return;
    await rm(this.path);
    await symlink('..data/clients.yaml', this.path);
  }
}

const textOf = (entries: readonly object[] | string): string =>
  typeof entries === 'string' ? entries : JSON.stringify({ clients: entries });
