import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { isAlive, killTree, signalProcess, thawTree } from './process-tree.js';
import { isTemporaryDirectory } from '../files/temporary-directory.js';
import { waitFor } from '../wait-for.js';

/** Run by the watchdog, with its ledger on stdin, when the process that kept the ledger is gone. */
const left = new Set<string>();
for (const line of (await text(process.stdin)).split('\n')) {
  const [verb, ...entry] = line.split(' ');
  if (verb === 'hold') left.add(entry.join(' '));
  if (verb === 'free') left.delete(entry.join(' '));
}
const entries = [...left].map((entry) => entry.split(' '));

const processes = entries.filter(([kind]) => kind === 'process');
await Promise.all(processes.map(([, pid, signal]) => reap(Number(pid), signal)));
for (const [kind, ...path] of entries) {
  if (kind === 'mount') unmount(path.join(' '));
}
for (const [kind, ...path] of entries) {
  if (kind === 'directory') await removeDirectory(path.join(' '));
}

async function reap(pid: number, signal: string | undefined): Promise<void> {
  if (!isAlive(pid)) return;
  thawTree(pid);
  signalProcess(pid, signal as NodeJS.Signals);
  await waitFor(() => !isAlive(pid), { what: `process ${pid} to end`, timeoutMs: 3_000 }).catch(() =>
    killTree(pid),
  );
}

function unmount(path: string): void {
  if (isTemporaryDirectory(path)) spawnSync('umount', ['--lazy', path], { stdio: 'ignore' });
}

async function removeDirectory(path: string): Promise<void> {
  if (isTemporaryDirectory(path)) await rm(path, { recursive: true, force: true, maxRetries: 5 });
}
