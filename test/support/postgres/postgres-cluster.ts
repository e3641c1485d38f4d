import { execFile, execFileSync } from 'node:child_process';
import { chown, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { debianPostgresFolders, serviceBinary } from '../process/service-binary.js';
import type { SystemUser } from '../process/unprivileged-user.js';

const run = promisify(execFile);

/** Where the postgres binary is, installed if need be. Throws MissingServiceError. */
export function postgresPath(): Promise<string> {
  return serviceBinary({ names: ['postgres'], folders: debianPostgresFolders, debianPackage: 'postgresql' });
}

/** Where another of the server's programs is, such as `pg_dump`. Throws MissingServiceError. */
export async function postgresProgram(name: string): Promise<string> {
  return join(dirname(await realpath(await postgresPath())), name);
}

/** Makes an empty cluster in `<dir>/data` that trusts local connections. */
export async function initializeCluster(dir: string, user: SystemUser | undefined): Promise<string> {
  if (user) await chown(dir, user.uid, user.gid);
  const data = join(dir, 'data');
  const initdb = await postgresProgram('initdb');
  const options = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', '--no-sync'];
  await run(initdb, [...options, '--no-instructions', '-D', data], { ...user, cwd: dir });
  return data;
}

/** Makes a cluster with these lines of `pg_hba.conf`; it trusts the local connections that none of them matches. */
export const clusterWithRules =
  (...rules: string[]) =>
  async (dir: string, user: SystemUser | undefined): Promise<string> => {
    const data = await initializeCluster(dir, user);
    const file = join(data, 'pg_hba.conf');
    await writeFile(file, [...rules, await readFile(file, 'utf8')].join('\n'));
    return data;
  };

/**
 * What an acknowledged commit survives: nothing, the death of all processes, or that of the machine. The last one waits for the disk,
 * which a busy machine may let wait for seconds.
 */
export type Durability = 'none' | 'process' | 'machine';

/** The command line of a postmaster. */
export function postmasterArguments(
  data: string,
  dir: string,
  port: number,
  durability: Durability,
): string[] {
  const onIf = (condition: boolean) => (condition ? 'on' : 'off');
  const settings: Record<string, string | number> = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: dir,
    max_connections: 200,
    fsync: onIf(durability === 'machine'),
    full_page_writes: onIf(durability !== 'none'),
    synchronous_commit: onIf(durability !== 'none'),
  };
  return ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Removes the shared memory that a killed postmaster leaves behind for its successor to check. */
export async function removeSharedMemory(data: string): Promise<void> {
  const pidFile = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  // Line 7: the key and the id of the segment.
  const id = /^\s*\d+\s+(\d+)\s*$/.exec(pidFile.split('\n')[6] ?? '')?.[1];
  if (!id) return;
  try {
    execFileSync('ipcrm', ['-m', id], { stdio: 'ignore' });
  } catch {
    // Already gone, or no ipcrm here: it is a few bytes until the next boot.
  }
}
