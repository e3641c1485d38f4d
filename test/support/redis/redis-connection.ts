import { createClient } from 'redis';

/** A reply as Redis' protocol version 2 gives it. */
export type RedisReply = string | number | null | RedisReply[];

export interface RedisConnection {
  send(...command: string[]): Promise<RedisReply>;
}

const ANSWER_TIMEOUT_MS = 5_000;

/**
 * Opens one plain connection for the duration of `use`: no reconnecting, no offline queue.
 *
 * @throws Error when Redis cannot be reached, refuses a command, or does not answer within 5 s
 */
export async function withRedis<T>(url: string, use: (redis: RedisConnection) => Promise<T>): Promise<T> {
  const client = createClient({
    url,
    RESP: 2,
    disableClientInfo: true,
    disableOfflineQueue: true,
    socket: { reconnectStrategy: false, connectTimeout: ANSWER_TIMEOUT_MS, socketTimeout: ANSWER_TIMEOUT_MS },
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use({ send: (...command) => client.sendCommand<RedisReply>(command) });
  } finally {
    if (client.isOpen) client.destroy();
  }
}

/** The `name:value` lines of an INFO section. */
export async function redisInfo(redis: RedisConnection, section: string): Promise<Map<string, string>> {
  const text = String(await redis.send('INFO', section));
  const pairs = text.split('\r\n').map((line) => /^([^#:][^:]*):(.*)$/.exec(line));
  return new Map(pairs.flatMap((pair) => (pair?.[1] && pair[2] !== undefined ? [[pair[1], pair[2]]] : [])));
}
