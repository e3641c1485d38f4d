import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';
import { waitFor } from '../wait-for.js';

export interface RawAnswer {
  status: number;
  /** Names in lower case; of repeated headers the last. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

const END_OF_HEAD = '\r\n\r\n';

/** One TCP connection that sends bytes as they are, and reads HTTP/1.1 answers. */
export class RawConnection {
  readonly answers: RawAnswer[] = [];
  /** What came and is no whole answer (yet), such as the frames after a 101. */
  rest: Buffer = Buffer.alloc(0);
  ended = false;
  private switched = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', () => undefined);
    socket.on('end', () => (this.ended = true));
    socket.on('close', () => {
      this.ended = true;
      forgetResource(this);
    });
    rememberResource(this, async () => this.destroy());
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  send(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Resolves when so many answers came, or the server has ended the connection. */
  async receives(count: number, timeoutMs = 10_000): Promise<readonly RawAnswer[]> {
    await waitFor(() => this.answers.length >= count || this.ended, {
      what: `${count} answers; there are ${JSON.stringify(this.answers).slice(0, 2000)}`,
      timeoutMs,
      intervalMs: 2,
    });
    return this.answers;
  }

  /** Resolves when the server has ended the connection. */
  async closed(timeoutMs = 10_000): Promise<readonly RawAnswer[]> {
    await waitFor(() => this.ended, { what: 'the end of the connection', timeoutMs, intervalMs: 2 });
    return this.answers;
  }

  destroy(): void {
    forgetResource(this);
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    while (!this.switched) {
      const parsed = parseAnswer(this.rest);
      if (parsed === undefined) return;
      this.answers.push(parsed.answer);
      this.rest = this.rest.subarray(parsed.length);
      this.switched = parsed.answer.status === 101;
    }
  }
}

/** The first answer of the bytes and its length, if the whole answer is there. */
function parseAnswer(bytes: Buffer): { answer: RawAnswer; length: number } | undefined {
  const headLength = bytes.indexOf(END_OF_HEAD);
  if (headLength < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headLength).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new Error(`no status line: ${statusLine.slice(0, 200)}`);
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const start = headLength + END_OF_HEAD.length;
  const body = parseBody(bytes, start, status, headers);
  return body && { answer: { status, headers, body: body.text }, length: body.end };
}

function parseBody(
  bytes: Buffer,
  start: number,
  status: number,
  headers: Record<string, string>,
): { text: string; end: number } | undefined {
  if (status < 200 || status === 204 || status === 304) return { text: '', end: start };
  if (headers['transfer-encoding'] === 'chunked') return parseChunks(bytes, start);
  const end = start + Number(headers['content-length'] ?? 0);
  return end > bytes.length ? undefined : { text: bytes.toString('utf8', start, end), end };
}

function parseChunks(bytes: Buffer, start: number): { text: string; end: number } | undefined {
  const chunks: Buffer[] = [];
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (next > bytes.length) return undefined;
    if (size === 0) return { text: Buffer.concat(chunks).toString(), end: next };
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}
