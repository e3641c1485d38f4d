import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The server has this core for itself. */
const SERVER_CORE = '0';
/** The load generator, Redis and PostgreSQL share this one. */
const OTHERS_CORE = '1';

/**
 * Confines this process, and with it every process that it starts from now on, to the core of the others.
 * @returns whether there were two cores and a `taskset` to do so
 */
export function leaveCoreToServer(): boolean {
  if (availableParallelism() < 2) return false;
  try {
    execFileSync('taskset', ['-a', '-c', '-p', OTHERS_CORE, String(process.pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The command line that runs `command` on the server's core. */
export function onServerCore(command: readonly string[]): string[] {
  return ['taskset', '-c', SERVER_CORE, ...command];
}
