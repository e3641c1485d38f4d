import { ManagedProcess } from '../process/managed-process.js';
import { withRedis } from './redis-connection.js';
import { serviceBinary } from '../process/service-binary.js';
import { waitFor } from '../wait-for.js';

/** Where the redis-server binary is, installed if need be. Throws MissingServiceError. */
export function redisServerPath(): Promise<string> {
  return serviceBinary({ names: ['redis-server'], debianPackage: 'redis-server' });
}

/** Runs redis-server and waits until it answers at `url`. Throws with its log if it does not within 10 s. */
export async function launchRedis(args: readonly string[], url: string): Promise<ManagedProcess> {
  const command = await redisServerPath();
  const redis = await ManagedProcess.spawn({ command, args, cwd: '/', stopSignal: 'SIGKILL' });
  const answers = async (): Promise<boolean> =>
    !redis.running || (await withRedis(url, (connection) => connection.send('PING'))) === 'PONG';
  await waitFor(answers, { what: 'Redis to answer', intervalMs: 5 }).catch(() => redis.kill9());
  if (redis.running) return redis;
  await redis.exited();
  throw new Error(`Redis did not start:\n${redis.output}`);
}
