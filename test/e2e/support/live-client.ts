import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { forgetResource, rememberResource } from '../../support/jest/suite-resources.js';
import { waitFor } from '../../support/wait-for.js';
import type { AppProcess } from '../../support/app/app-process.js';

export interface LiveMessage {
  type: string;
  [member: string]: unknown;
}

export interface LiveClose {
  code: number;
  reason: string;
}

export interface LiveOptions {
  /** Offered as a `bearer.` protocol in the handshake. */
  token?: string;
  /** Added to the address. */
  query?: string;
}

/** A client of one live channel, with everything that it received. */
export class LiveClient {
  readonly messages: LiveMessage[] = [];
  private close: LiveClose | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.messages.push(JSON.parse(data.toString()) as LiveMessage));
    // A close without a close frame counts as 1006; the error before it says no more.
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      forgetResource(this);
      this.close = { code, reason: reason.toString() };
    });
    rememberResource(this, async () => socket.terminate());
  }

  /** Resolves when the handshake is done, whatever the service then thinks of the token. */
  static async open(
    { url }: Pick<AppProcess, 'url'>,
    sessionId: string,
    options: LiveOptions = {},
  ): Promise<LiveClient> {
    const { token, query = '' } = options;
    const address = `${url.replace('http:', 'ws:')}/api/v1/ws/session/${sessionId}${query}`;
    const protocols = ['ergodrive.v1', ...(token === undefined ? [] : [`bearer.${token}`])];
    const client = new LiveClient(new WebSocket(address, protocols));
    await waitFor(() => client.socket.readyState !== WebSocket.CONNECTING, { what: 'the handshake' });
    return client;
  }

  /** The same, and the channel is established. */
  static async watch(app: Pick<AppProcess, 'url'>, sessionId: string, token: string): Promise<LiveClient> {
    const client = await LiveClient.open(app, sessionId, { token });
    const { status } = await client.receives('connection');
    expect(status).toBe('established');
    return client;
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The first message of the type, received already or within the time. */
  async receives(type: string, timeoutMs = 5000): Promise<LiveMessage> {
    const find = () => this.messages.find((message) => message.type === type);
    return (await waitFor(find, {
      what: `a "${type}" among ${JSON.stringify(this.messages)}`,
      timeoutMs,
      intervalMs: 2,
    }))!;
  }

  async closed(timeoutMs = 5000): Promise<LiveClose> {
    return waitFor(() => this.close, {
      what: `the close after ${JSON.stringify(this.messages)}`,
      timeoutMs,
      intervalMs: 2,
    }) as Promise<LiveClose>;
  }

  /** Resolves with the close, whenever it comes. */
  async end(): Promise<LiveClose> {
    while (this.close === undefined) await once(this.socket, 'close');
    return this.close;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Resolves when the service has answered everything that it was sent before. */
  async settled(): Promise<void> {
    const answer = randomUUID();
    const answered = new Promise<void>((resolve, reject) => {
      this.socket.on('pong', (data) => data.toString() === answer && resolve());
      this.socket.once('close', () => reject(new Error('closed')));
    });
    this.socket.ping(answer);
    await answered;
  }

  leave(): void {
    this.socket.close();
  }
}
