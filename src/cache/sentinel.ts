import { createClient } from 'redis';
import type { RedisEndpoint, RedisTarget } from '../config/redis-url.js';

/**
 * Asks the Sentinels, one after the other, where the master is now.
 * @param timeoutMs bound for each of them
 * @throws Error when none of them knows
 */
export async function findMaster(target: RedisTarget, timeoutMs: number): Promise<RedisEndpoint> {
  for (const endpoint of target.endpoints) {
    const client = createClient({
      socket: {
        ...endpoint,
        connectTimeout: timeoutMs,
        reconnectStrategy: false,
        ...(target.tls ? { tls: true } : {}),
      },
      disableOfflineQueue: true,
      commandOptions: { timeout: timeoutMs },
    });
    client.on('error', () => undefined);
    const bound = setTimeout(() => client.destroy(), timeoutMs);
    try {
      await client.connect();
      const reply = await client.sendCommand([
        'SENTINEL',
        'get-master-addr-by-name',
        target.sentinelMaster ?? '',
      ]);
      if (Array.isArray(reply)) return { host: String(reply[0]), port: Number(reply[1]) };
    } catch {
      // The next Sentinel may know.
    } finally {
      clearTimeout(bound);
      if (client.isOpen) client.destroy();
    }
  }
  throw new Error('no Sentinel knows the master');
}
