import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { descendantsOf, isAlive } from './process-tree.js';
import { waitFor } from '../wait-for.js';

const SUPPORT = new URL('..', import.meta.url).href;

/** Starts services as a suite does, freezes them, reports them and then hangs. */
const SUITE = `
  import '${SUPPORT}typescript.register.mjs';
  const { RedisServer } = await import('${SUPPORT}redis/redis-server.ts');
  const { PostgresServer } = await import('${SUPPORT}postgres/postgres-server.ts');
  const [redis, postgres] = await Promise.all([RedisServer.start(), PostgresServer.start()]);
  const [, redisDir] = await redis.cli('CONFIG', 'GET', 'dir');
  const [{ data_directory: data }] = await postgres.query('SHOW data_directory');
  redis.freeze();
  postgres.freeze();
  console.log(JSON.stringify({ pids: [redis.pid, postgres.pid], dirs: [redisDir, data] }));
  setInterval(() => {}, 1000);
`;

describe('watchdog', () => {
  it.each(['SIGKILL', 'SIGINT'] as const)(
    'ends all services and removes their folders when the tests end by %s',
    async (signal) => {
      const suite = spawn(process.execPath, ['--input-type=module', '-e', SUITE], {
        cwd: fileURLToPath(new URL('../../..', import.meta.url)),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(suite.stdout, 'data')) as [Buffer];
      const { pids, dirs } = JSON.parse(String(line)) as { pids: number[]; dirs: string[] };
      const processes = pids.flatMap((pid) => [pid, ...descendantsOf(pid)]);
      // Of the others, a backend may have ended that the frozen server does not collect.
      expect(pids.every(isAlive)).toBe(true);
      suite.kill(signal);
      await waitFor(() => !processes.some(isAlive), { what: 'the services to end' });
      await waitFor(() => !dirs.some(existsSync), { what: 'their folders to be removed' });
    },
  );
});
