import { ManagedProcess } from '../process/managed-process.js';
import { withRedis } from './redis-connection.js';
import { serviceBinary } from '../process/service-binary.js';
import { waitFor } from '../wait-for.js';

/** Programs that speak Redis' protocol; the name is also that of the Debian package. */
export type RedisProgram = 'redis-server' | 'valkey-server';

/** What suites run that name no program: `TEST_REDIS_SERVER`, or Redis. */
export function defaultRedisProgram(): RedisProgram {
  const name = process.env['TEST_REDIS_SERVER'] || 'redis-server';
  if (name === 'redis-server' || name === 'valkey-server') return name;
  throw new Error('TEST_REDIS_SERVER must be redis-server or valkey-server');
}

/** Where the binary is, installed if need be. Throws MissingServiceError. */
export function redisServerPath(program = defaultRedisProgram()): Promise<string> {
  return serviceBinary({ names: [program], debianPackage: program });
}

/** Runs the server and waits until it answers at `url`. Throws with its log if it does not within 10 s. */
export async function launchRedis(
  args: readonly string[],
  url: string,
  program?: RedisProgram,
): Promise<ManagedProcess> {
  const command = await redisServerPath(program);
  const redis = await ManagedProcess.spawn({ command, args, cwd: '/', stopSignal: 'SIGKILL' });
  const answers = async (): Promise<boolean> =>
    !redis.running || (await withRedis(url, (connection) => connection.send('PING'))) === 'PONG';
  await waitFor(answers, { what: 'Redis to answer', intervalMs: 5 }).catch(() => redis.kill9());
  if (redis.running) return redis;
  await redis.exited();
  throw new Error(`Redis did not start:\n${redis.output}`);
}
