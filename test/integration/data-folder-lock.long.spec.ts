import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataFolderLock } from '../../src/database/data-folder-lock.js';
import { ManagedProcess } from '../support/process/managed-process.js';
import { PID_NAMESPACE } from '../support/process/pid-namespace.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { waitFor } from '../support/wait-for.js';

const HOLDER = fileURLToPath(new URL('./data-folder-lock.holder.ts', import.meta.url));
const REGISTER = new URL('../support/typescript.register.mjs', import.meta.url).href;

describe('the lock of a data folder', () => {
  let folder: string;
  let started: ManagedProcess[] = [];

  beforeEach(async () => {
    folder = await makeTemporaryDirectory('lock');
    started = [];
  });
  afterEach(async () => {
    await Promise.all(started.map((each) => each.kill9()));
    await removeTemporaryDirectory(folder);
  });

  /** A process that takes the lock or is refused. */
  async function launch(launcher: readonly string[] = [], path = folder): Promise<ManagedProcess> {
    const node = [process.execPath, '--import', REGISTER, HOLDER, path];
    const [command = '', ...args] = [...launcher, ...node];
    const each = await ManagedProcess.spawn({ command, args, cwd: '/', stopSignal: 'SIGTERM' });
    started.push(each);
    return each;
  }

  /** @returns `holds`, `refused`, or `ended` when it ended without either */
  function outcome(each: ManagedProcess): Promise<string> {
    const verdict = () => /^(holds|refused)/m.exec(each.output)?.[1] ?? (each.running ? '' : 'ended');
    return waitFor(verdict, { what: 'the lock to be taken or refused', timeoutMs: 30_000 });
  }

  const take = async (launcher?: readonly string[], path?: string) => outcome(await launch(launcher, path));
  const socketsIn = async (path: string) => (await readdir(path)).filter((name) => name.endsWith('.sock'));

  it('refuses a second process, and names the folder and the variables to set', async () => {
    await expect(take()).resolves.toBe('holds');
    const second = await launch();
    await expect(outcome(second)).resolves.toBe('refused');
    expect(second.output).toContain(folder);
    expect(second.output).toContain('DATA_DIR');
    expect(second.output).toContain('DATABASE_URL');
  });

  it('refuses a second process with the same process id in another PID namespace', async () => {
    const first = await launch(PID_NAMESPACE);
    await expect(outcome(first)).resolves.toBe('holds');
    await expect(take(PID_NAMESPACE)).resolves.toBe('refused');
    await expect(take()).resolves.toBe('refused');
    expect(first.output).toContain('process 1\n');
  });

  it('refuses a second taker in the same process', async () => {
    const lock = await DataFolderLock.take(folder);
    await expect(DataFolderLock.take(folder)).rejects.toThrow(folder);
    await lock.release();
    await (await DataFolderLock.take(folder)).release();
    await expect(readdir(folder)).resolves.toEqual([]);
  });

  it('refuses a second process while the first one is stopped by SIGSTOP', async () => {
    const first = await launch();
    await expect(outcome(first)).resolves.toBe('holds');
    first.freeze();
    await expect(take()).resolves.toBe('refused');
    first.thaw();
    await expect(take()).resolves.toBe('refused');
  });

  it('waits for a holder that ends in good order', async () => {
    const first = await launch();
    await expect(outcome(first)).resolves.toBe('holds');
    const waiting = DataFolderLock.take(folder);
    await first.stop();
    await (await waiting).release();
  });

  it('is given to exactly one of six processes that start at once after a crash, three times', async () => {
    for (let round = 1; round <= 3; round++) {
      const outcomes = await Promise.all(
        (await Promise.all(Array.from({ length: 6 }, () => launch()))).map(outcome),
      );
      expect(outcomes.filter((each) => each === 'holds')).toHaveLength(1);
      await Promise.all(started.map((each) => each.kill9()));
    }
    await expect(socketsIn(folder)).resolves.toHaveLength(1);
  });

  it('is given to exactly one of twelve takers in one process, in each of five folders', async () => {
    const race = async (path: string): Promise<number> => {
      await mkdir(path);
      const takers = await Promise.allSettled(Array.from({ length: 12 }, () => DataFolderLock.take(path)));
      const locks = takers.flatMap((taker) => (taker.status === 'fulfilled' ? [taker.value] : []));
      await Promise.all(locks.map((lock) => lock.release()));
      return locks.length;
    };
    const races = Array.from({ length: 5 }, (_, index) => race(join(folder, String(index))));
    await expect(Promise.all(races)).resolves.toEqual(races.map(() => 1));
  });

  it('is granted although ended processes have left files', async () => {
    for (let round = 1; round <= 3; round++) {
      const each = await launch();
      await expect(outcome(each)).resolves.toBe('holds');
      await each.kill9();
    }
    // The lock of 0.1.0, with the id of a process that is alive and is not an ergodrive.
    await writeFile(join(folder, 'postgres.lock'), String(process.ppid));
    await writeFile(join(folder, 'postgres-0123456789abcdef.sock'), '');
    await expect(take()).resolves.toBe('holds');
    await expect(readdir(folder)).resolves.toEqual([expect.stringMatching(/^postgres-[0-9a-f]{16}\.sock$/)]);
  });

  it('works in a folder whose path is longer than a socket address', async () => {
    const deep = join(folder, 'a'.repeat(100), 'b'.repeat(100));
    await mkdir(deep, { recursive: true });
    await expect(take([], deep)).resolves.toBe('holds');
    await expect(take([], deep)).resolves.toBe('refused');
  });

  it('names the variables to set when the folder cannot hold a socket', async () => {
    await expect(DataFolderLock.take('/proc')).rejects.toThrow(/\/proc \(E\w+\).*DATA_DIR.*DATABASE_URL/);
  });
});
