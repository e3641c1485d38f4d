import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const REAPER = fileURLToPath(new URL('./watchdog.reaper.ts', import.meta.url));
const REGISTER = new URL('../typescript.register.mjs', import.meta.url).href;

// Reads the ledger until this process closes it or dies, and calls the reaper unless all was given back.
const SCRIPT = `ledger=$(cat); case "$ledger" in *clear) ;; *) printf '%s\\n' "$ledger" | "$@" ;; esac`;

const held = new Set<string>();
let guard: ChildProcess | undefined;

/**
 * Puts an entry in the care of a process that outlives this one: if this process ends before
 * {@link releaseGuard}, however it ends, SIGKILL included, the entry is cleaned up within seconds.
 *
 * Entries: `process <pid> <signal>` (that signal, then SIGKILL for the whole tree), `mount <path>`
 * (unmounted) and `directory <path>` (removed with its content).
 */
export function guardAgainstExit(entry: string): void {
  held.add(entry);
  guard ??= startGuard();
  guard.stdin?.write(`hold ${entry}\n`);
}

/** Takes an entry back. The guard ends with its last entry. */
export function releaseGuard(entry: string): void {
  if (!held.delete(entry)) return;
  guard?.stdin?.write(`free ${entry}\n`);
  if (held.size > 0) return;
  guard?.stdin?.end('clear\n');
  guard = undefined;
}

function startGuard(): ChildProcess {
  // Detached: Ctrl-C in the terminal goes to the whole foreground group and must not end the guard.
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'watchdog', process.execPath, '--import', REGISTER, REAPER], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  child.unref();
  child.stdin.on('error', () => undefined);
  const stdin = child.stdin as typeof child.stdin & { unref?: () => void };
  stdin.unref?.();
  return child;
}
