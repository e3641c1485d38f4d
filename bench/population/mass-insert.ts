import { once } from 'node:events';
import { connect } from 'node:net';

const CHUNK_BYTES = 256 * 1024;
const ANSWER_TIMEOUT_MS = 60_000;

/** Writes commands to Redis as fast as it takes them, without waiting for the answer to each (`CLIENT REPLY OFF`). */
export async function massInsert(port: number, commands: Iterable<readonly string[]>): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('Redis did not answer')));
  await once(socket, 'connect');
  try {
    let chunk = encode(['CLIENT', 'REPLY', 'OFF']);
    for (const command of commands) {
      chunk += encode(command);
      if (chunk.length < CHUNK_BYTES) continue;
      if (!socket.write(chunk)) await once(socket, 'drain');
      chunk = '';
    }
    const answered = once(socket, 'data') as Promise<[Buffer]>;
    socket.write(chunk + encode(['CLIENT', 'REPLY', 'ON']));
    const [answer] = await answered;
    if (answer.toString() !== '+OK\r\n') throw new Error(`Redis answered ${answer.toString()}`);
  } finally {
    socket.destroy();
  }
}

/** @see https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join('')}`;
}
