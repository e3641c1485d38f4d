import { randomBytes, randomInt } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for the former process to end in a restart, short enough for somebody who waits at a terminal. */
const PATIENCE_MS = 2_000;
/** On a busy machine 2 s may be too short for those that start together to agree on one of them. */
const LEAST_ATTEMPTS = 10;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 200;
const SOCKET = /^postgres-[0-9a-f]{16}\.sock$/;
/** The lock of version 0.1.0: a file with a process id, which means nothing in another container. */
const FORMER_LOCK = 'postgres.lock';

interface OwnSocket {
  readonly name: string;
  readonly server: Server;
}

/**
 * Keeps a second process away from a data folder. The lock is a listening Unix socket in the folder: the kernel closes
 * it when the process ends, however it ends, and it is reachable from other containers on the same machine, where a
 * process id means nothing.
 *
 * Each process first listens on a socket of its own and then connects to all others in the folder. It goes on only when
 * no other one answers, so of two processes at least one sees the other. Of several that start at the same time,
 * the one with the lowest name waits for the others to withdraw.
 */
export class DataFolderLock {
  private readonly directory: number;
  /** The folder by a path that fits into the 107 bytes of a socket's address. */
  private readonly shortPath: string;
  private own: OwnSocket | undefined;

  private constructor(private readonly folder: string) {
    this.directory = openSync(folder, 'r');
    const byDescriptor = `/proc/self/fd/${this.directory}`;
    this.shortPath = existsSync(byDescriptor) ? byDescriptor : relative('', folder);
  }

  /**
   * Takes the lock of an existing folder. It waits about 2 s for another holder to end.
   *
   * @throws Error when another living process holds it, or the folder cannot hold a socket
   */
  static async take(folder: string): Promise<DataFolderLock> {
    const lock = new DataFolderLock(folder);
    try {
      await lock.acquire();
    } catch (error) {
      await lock.release();
      throw error;
    }
    rmSync(join(folder, FORMER_LOCK), { force: true });
    return lock;
  }

  /** Gives the lock back; the process must no longer use the folder. */
  async release(): Promise<void> {
    await this.withdraw();
    closeSync(this.directory);
  }

  private async acquire(): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    let pauseMs = FIRST_PAUSE_MS;
    for (let attempt = 1; !(await this.tryOnce()); attempt++) {
      if (attempt >= LEAST_ATTEMPTS && performance.now() > deadline) throw inUse(this.folder);
      await sleep(randomInt(pauseMs, 2 * pauseMs));
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  }

  private async tryOnce(): Promise<boolean> {
    if (!this.own && (await this.othersAlive()).length > 0) return false;
    this.own ??= await this.listen();
    const { name } = this.own;
    const others = await this.othersAlive();
    if (others.some((other) => other < name)) await this.withdraw();
    return others.length === 0;
  }

  private async othersAlive(): Promise<string[]> {
    const others = readdirSync(this.folder).filter((name) => SOCKET.test(name) && name !== this.own?.name);
    const alive = await Promise.all(others.map((name) => this.isAlive(name)));
    return others.filter((_, index) => alive[index]);
  }

  /** Only a refused connection proves that the process has ended; its socket is removed, and no name is used twice. */
  private async isAlive(name: string): Promise<boolean> {
    const code = await connectionError(join(this.shortPath, name));
    if (code === 'ECONNREFUSED') rmSync(join(this.folder, name), { force: true });
    return code !== 'ECONNREFUSED' && code !== 'ENOENT';
  }

  /** The socket gets its name when it listens: before, it would refuse connections as the socket of an ended process. */
  private async listen(): Promise<OwnSocket> {
    const name = `postgres-${randomBytes(8).toString('hex')}.sock`;
    const server = createServer((probe) => probe.destroy()).unref();
    try {
      await listening(server, join(this.shortPath, `${name}.new`));
      renameSync(join(this.folder, `${name}.new`), join(this.folder, name));
    } catch (error) {
      server.close();
      throw noSockets(this.folder, error as NodeJS.ErrnoException);
    }
    return { name, server };
  }

  private async withdraw(): Promise<void> {
    if (!this.own) return;
    const { name, server } = this.own;
    this.own = undefined;
    rmSync(join(this.folder, name), { force: true });
    await new Promise((closed) => server.close(closed));
  }
}

/** Every user may connect: a process of another user must see that this one is alive. */
function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, readableAll: true, writableAll: true }, resolve);
  });
}

/** Why nobody accepts a connection; `undefined` when somebody does. A process that is stopped accepts too. */
function connectionError(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createConnection(path, () => {
      probe.destroy();
      resolve(undefined);
    });
    probe.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'unknown'));
  });
}

function inUse(folder: string): Error {
  return new Error(
    `The embedded database in ${folder} is in use by another process. Stop that process, or set DATA_DIR to another ` +
      'folder, or set DATABASE_URL to a PostgreSQL server that several processes can share.',
  );
}

function noSockets(folder: string, cause: NodeJS.ErrnoException): Error {
  return new Error(
    `The embedded database cannot create its lock, a Unix socket, in ${folder} (${cause.code ?? cause.message}). ` +
      'Set DATA_DIR to a local folder, or set DATABASE_URL to a PostgreSQL server.',
    { cause },
  );
}
