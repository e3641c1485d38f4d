import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

// Below the ephemeral range: a client that keeps reconnecting to a stopped service can otherwise be given
// the service's own port as its source port, and connect to itself. Also clear of the usual service ports
// and of those that fetch and browsers refuse.
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

/**
 * A TCP port of 127.0.0.1 on which nothing listens now.
 *
 * @throws Error when 50 random ports in a row are taken
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port found between ${FIRST_PORT} and ${LAST_PORT}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
