import { once } from 'node:events';
import { connect } from 'node:net';

const CHUNK_BYTES = 256 * 1024;
const REPLY_TIMEOUT_MS = 60_000;

/** Sends commands to Redis without waiting for replies (`CLIENT REPLY OFF`). @throws Error when Redis does not confirm the end */
export async function massInsert(port: number, commands: Iterable<readonly string[]>): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(REPLY_TIMEOUT_MS, () => socket.destroy(new Error('Redis did not reply')));
  await once(socket, 'connect');
  try {
    let chunk = encode(['CLIENT', 'REPLY', 'OFF']);
    for (const command of commands) {
      chunk += encode(command);
      if (chunk.length < CHUNK_BYTES) continue;
      if (!socket.write(chunk)) await once(socket, 'drain');
      chunk = '';
    }
    const replied = once(socket, 'data') as Promise<[Buffer]>;
    socket.write(chunk + encode(['CLIENT', 'REPLY', 'ON']));
    const [reply] = await replied;
    if (reply.toString() !== '+OK\r\n') throw new Error(`Redis replied ${reply.toString()}`);
  } finally {
    socket.destroy();
  }
}

/** @see https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join('')}`;
}
