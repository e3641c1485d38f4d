import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import type { Stack } from '../stack/stack.js';

/** Machine and versions, as lines of a list. */
export async function describeMachine({
  redis,
  postgres,
}: Pick<Stack, 'redis' | 'postgres'>): Promise<string[]> {
  const info = String(await redis.cli('INFO', 'server'));
  const [row] = await postgres.query<{ server_version: string }>('SHOW server_version');
  const { version, devDependencies } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string; devDependencies: Record<string, string> };
  return [
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()} ${release()}`,
    `Node ${process.version}, Redis ${/^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown'}, PostgreSQL ${row?.server_version ?? 'unknown'}, autocannon ${devDependencies['autocannon'] ?? 'unknown'}`,
    `ergodrive-backend ${version}, commit ${commit()}`,
  ];
}

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
    return (
      git('rev-parse', '--short', 'HEAD') +
      (git('status', '--porcelain', 'src') === '' ? '' : ' with changes')
    );
  } catch {
    return 'unknown';
  }
}
