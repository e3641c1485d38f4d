import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rememberResource } from '../jest/suite-resources.js';
import { isAlive } from '../process/process-tree.js';

// Below the ephemeral range: a client that keeps reconnecting to a stopped service can otherwise be given
// the service's own port as its source port, and connect to itself. Also clear of the usual service ports
// and of those that fetch and browsers refuse.
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
/** A file for each port that was given out, with the id of the process that has it. */
const CLAIMS = join(tmpdir(), `test-ports-${process.getuid?.() ?? ''}`);

/**
 * A TCP port of 127.0.0.1 on which nothing listens now. No other suite on this machine is given it until this one ends: a service
 * needs a moment until it listens, and may be stopped and started again.
 *
 * @param from the first port that may be chosen
 * @param to the port after the last one
 * @throws Error when 50 random ports in a row are taken
 */
export async function freePort(from = FIRST_PORT, to = LAST_PORT): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(from, to);
    if (claim(port) && (await isFree(port))) return port;
  }
  throw new Error(`no free port found between ${from} and ${to}`);
}

/** @returns whether this process has the port from now on, and nobody had it */
function claim(port: number): boolean {
  const path = join(CLAIMS, String(port));
  mkdirSync(CLAIMS, { recursive: true });
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
  } catch {
    // For a later attempt: whoever finds it at the same time must not have the port as well.
    if (!isAlive(Number(ownerOf(path)))) rmSync(path, { force: true });
    return false;
  }
  rememberResource(path, () => rm(path, { force: true }));
  return true;
}

function ownerOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
