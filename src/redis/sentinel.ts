import { createClient } from 'redis';
import { loginsOf, type RedisEndpoint, type RedisTarget } from '../config/redis-url.js';
import { connectionTrouble, socketOptions } from './redis-socket.js';

/**
 * Asks the Sentinels, one after the other, where the master is now.
 * @param timeoutMs bound for each of them
 * @throws Error when none of them knows; its message has the answer of each
 */
export async function findMaster(target: RedisTarget, timeoutMs: number): Promise<RedisEndpoint> {
  const troubles: string[] = [];
  for (const sentinel of target.endpoints) {
    try {
      const master = await askSentinel(target, sentinel, timeoutMs);
      if (master !== undefined) return master;
      troubles.push(`${sentinel.host}:${sentinel.port}: knows no ${target.sentinelMaster}`);
    } catch (error) {
      troubles.push(`${sentinel.host}:${sentinel.port}: ${connectionTrouble(error)}`);
    }
  }
  throw new Error(`no Sentinel names the master (${troubles.join('; ')})`);
}

async function askSentinel(
  target: RedisTarget,
  sentinel: RedisEndpoint,
  timeoutMs: number,
): Promise<RedisEndpoint | undefined> {
  const client = createClient({
    RESP: 2,
    disableClientInfo: true,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    ...loginsOf(target).sentinelLogin,
    socket: socketOptions(target, sentinel, timeoutMs),
    commandOptions: { timeout: timeoutMs },
  });
  const outcome = { isLate: false };
  client.on('error', () => undefined);
  const bound = setTimeout(() => {
    outcome.isLate = true;
    client.destroy();
  }, timeoutMs);
  try {
    await client.connect();
    const reply = await client.sendCommand([
      'SENTINEL',
      'get-master-addr-by-name',
      target.sentinelMaster ?? '',
    ]);
    return Array.isArray(reply) ? { host: String(reply[0]), port: Number(reply[1]) } : undefined;
  } catch (error) {
    throw outcome.isLate ? new Error(`no answer within ${timeoutMs} ms`) : error;
  } finally {
    clearTimeout(bound);
    if (client.isOpen) client.destroy();
  }
}
