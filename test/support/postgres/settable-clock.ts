import { existsSync, readdirSync } from 'node:fs';
import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';
import { installDebianPackage } from '../process/debian-package.js';

const LIBRARY = 'faketime/libfaketime.so.1';

/** The wall clock of one server, which a test sets (libfaketime). The monotonic clock stays that of the machine. */
export class SettableClock {
  private constructor(
    private readonly folder: string,
    private readonly library: string,
  ) {}

  /** A clock that is right. @throws MissingServiceError */
  static async create(): Promise<SettableClock> {
    const library = libraryPath() ?? (await install());
    const folder = await makeTemporaryDirectory('clock');
    // The server runs as another user.
    await chmod(folder, 0o755);
    const clock = new SettableClock(folder, library);
    await clock.setAhead(0);
    return clock;
  }

  /** The environment of the server. */
  get environment(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: this.library,
      FAKETIME_TIMESTAMP_FILE: this.path,
      // Each reading of the clock reads the file: all processes of the server see a step at the same moment.
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DISABLE_SHM: '1',
    };
  }

  /** Sets it in one step. @param seconds against the clock of the machine */
  async setAhead(seconds: number): Promise<void> {
    const next = `${this.path}.next`;
    await writeFile(next, `${seconds < 0 ? '' : '+'}${seconds}\n`, { mode: 0o644 });
    await rename(next, this.path);
  }

  remove(): Promise<void> {
    return removeTemporaryDirectory(this.folder);
  }

  private get path(): string {
    return join(this.folder, 'time');
  }
}

async function install(): Promise<string> {
  await installDebianPackage('libfaketime', 'libfaketime');
  const library = libraryPath();
  if (library === undefined) throw new Error(`libfaketime is installed but has no ${LIBRARY}`);
  return library;
}

const libraryPath = (): string | undefined =>
  readdirSync('/usr/lib')
    .map((folder) => join('/usr/lib', folder, LIBRARY))
    .find(existsSync);
