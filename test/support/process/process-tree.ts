import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Sends a signal; a process that is already gone is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The ids of the living processes below `pid`, without `pid` itself. */
export function descendantsOf(pid: number): number[] {
  const parents = existsSync('/proc/self/stat') ? parentsFromProc() : parentsFromPs();
  const found: number[] = [];
  for (let queue = [pid]; queue.length > 0;) {
    const parent = queue.shift();
    const children = [...parents].filter(([, ppid]) => ppid === parent).map(([child]) => child);
    found.push(...children);
    queue = [...queue, ...children];
  }
  return found;
}

/**
 * Stops the process and everything below it (SIGSTOP), parent first so that it cannot fork unseen, and
 * returns all their ids, parent first.
 */
export function freezeTree(pid: number): number[] {
  signalProcess(pid, 'SIGSTOP');
  const below = descendantsOf(pid);
  for (const child of below) signalProcess(child, 'SIGSTOP');
  return [pid, ...below];
}

/** Continues the process and everything below it, children first. */
export function thawTree(pid: number): void {
  for (const each of [...descendantsOf(pid).reverse(), pid]) signalProcess(each, 'SIGCONT');
}

/** Kills the process and everything below it with SIGKILL, at one moment: no child sees its parent die. */
export function killTree(pid: number): number[] {
  const tree = freezeTree(pid);
  for (const each of tree) signalProcess(each, 'SIGKILL');
  return tree;
}

/** Whether the process runs (or is stopped); one that only awaits its parent's wait() does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !/^\d+ \(.*\) [ZX] /s.test(readStat(String(pid)));
}

function readStat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

function parentsFromProc(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    // The command name in parentheses may itself hold spaces and parentheses.
    const parent = /^\d+ \(.*\) (?![ZX])\S (\d+) /s.exec(readStat(pid))?.[1];
    if (parent) parents.set(Number(pid), Number(parent));
  }
  return parents;
}

function parentsFromPs(): Map<number, number> {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [pid = 0, ppid = 0] = line.trim().split(/\s+/).map(Number);
      return [pid, ppid];
    }),
  );
}
