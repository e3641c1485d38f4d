import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ResponseReader } from './response-reader.js';
import type { ReadRequest } from './script.js';

/** @param result the latency in milliseconds, or the error */
type OnResult = (connection: OpenLoopConnection, result: number | Error) => void;

/** A keep-alive connection that carries one request at a time, at little processor cost. */
export class OpenLoopConnection extends ResponseReader {
  private request: ReadRequest | undefined;
  private dueAt = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly onResult: OnResult,
  ) {
    super();
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.execute(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.onResult(this, new Error('the server closed a connection')));
  }

  /** @param onResult called once per request, and when the server closes the connection */
  static async open(port: number, onResult: OnResult): Promise<OpenLoopConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new OpenLoopConnection(socket, onResult);
  }

  /** @param dueAt the time from which the latency counts */
  send(request: ReadRequest, dueAt: number): void {
    this.request = request;
    this.dueAt = dueAt;
    const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`GET ${request.path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers.join('')}\r\n`);
  }

  close(): void {
    this.socket.removeAllListeners('close');
    this.socket.destroy();
  }

  protected override onResponse(status: number, chunk: Buffer, from: number, length: number): void {
    const latencyMs = performance.now() - this.dueAt;
    const body = chunk.toString('utf8', from, from + length);
    const isExpected = status === 200 && body === this.request?.expected;
    this.onResult(this, isExpected ? latencyMs : new Error(`wrong response: ${status} ${body}`));
  }
}
