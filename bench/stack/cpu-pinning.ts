import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Only the server runs on this core. */
const SERVER_CORE = '0';
/** The load generator, Redis and PostgreSQL share this core. */
const LOAD_CORE = '1';

/**
 * Pins this process, and every process that it starts from now on, to the load core.
 * @returns `false` when the machine has one core or no `taskset`
 */
export function pinToLoadCore(): boolean {
  if (availableParallelism() < 2) return false;
  try {
    execFileSync('taskset', ['-a', '-c', '-p', LOAD_CORE, String(process.pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** @returns the command line that runs `command` on the server's core */
export function pinnedToServerCore(command: readonly string[]): string[] {
  return ['taskset', '-c', SERVER_CORE, ...command];
}
