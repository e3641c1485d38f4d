import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ResponseReader } from './response-reader.js';
import type { ReadRequest } from './script.js';

/** What became of a request: how long its answer took, or what was wrong with it. */
export type Answer = number | Error;

/** A keep-alive connection that carries one request at a time, with as little work as can be. */
export class PacedConnection extends ResponseReader {
  private request: ReadRequest | undefined;
  private startedAt = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly onAnswer: (connection: PacedConnection, answer: Answer) => void,
  ) {
    super();
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.execute(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.onAnswer(this, new Error('the server closed a connection')));
  }

  /** @param onAnswer called once a request, and when the server closes the connection */
  static async open(port: number, onAnswer: PacedConnection['onAnswer']): Promise<PacedConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new PacedConnection(socket, onAnswer);
  }

  /** @param startedAt from when on its latency counts */
  send(request: ReadRequest, startedAt: number): void {
    this.request = request;
    this.startedAt = startedAt;
    const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`GET ${request.path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers.join('')}\r\n`);
  }

  close(): void {
    this.socket.removeAllListeners('close');
    this.socket.destroy();
  }

  protected override take(status: number, chunk: Buffer, from: number, length: number): void {
    const latencyMs = performance.now() - this.startedAt;
    const body = chunk.toString('utf8', from, from + length);
    const isRight = status === 200 && body === this.request?.expected;
    this.onAnswer(this, isRight ? latencyMs : new Error(`wrong answer: ${status} ${body}`));
  }
}
