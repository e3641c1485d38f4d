import { execFile } from 'node:child_process';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from './temporary-directory.js';
import { guardAgainstExit, releaseGuard } from '../process/watchdog.js';

const run = promisify(execFile);
const CHUNK = Buffer.alloc(64 * 1024);

/** A file system of a fixed size in memory, which a test can fill. */
export class SmallFileSystem {
  private constructor(readonly dir: string) {
    rememberResource(this, () => this.unmount());
  }

  /** @throws Error when this machine does not let the tests mount; run them as root, or with CAP_SYS_ADMIN */
  static async mount(label: string, megabytes: number): Promise<SmallFileSystem> {
    const dir = await makeTemporaryDirectory(label);
    guardAgainstExit(`mount ${dir}`);
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', dir]).catch(
      (error: unknown) => {
        throw new Error('the tests of full disks mount a tmpfs, which needs root: sudo npm test', {
          cause: error,
        });
      },
    );
    return new SmallFileSystem(dir);
  }

  /** Writes until nothing more fits. */
  async fill(): Promise<void> {
    const file = await open(this.filler, 'a');
    try {
      for (;;) await file.write(CHUNK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await file.close();
    }
  }

  /** Gives back what {@link fill} has taken. */
  async free(): Promise<void> {
    await rm(this.filler, { force: true });
  }

  /** Bytes that can still be written. */
  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.dir);
    return bavail * bsize;
  }

  /** Removes it with all that it holds. */
  async unmount(): Promise<void> {
    forgetResource(this);
    await run('umount', ['--lazy', this.dir]);
    releaseGuard(`mount ${this.dir}`);
    await removeTemporaryDirectory(this.dir);
  }

  private get filler(): string {
    return join(this.dir, 'filler');
  }
}
