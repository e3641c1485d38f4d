import { WebSocket } from 'ws';
import { certificatesWith } from '../service/certificates.js';
import { NoAnswerError, reasonOf, type ServiceClient } from '../service/service-client.js';

interface Message {
  readonly type: string;
  readonly status?: string;
  readonly reason?: string;
}

export interface ChannelEnd {
  /** Of `session.revoked`; undefined when the message did not come before the close. */
  readonly reason: string | undefined;
  readonly code: number;
  /** When the message came, or else the close, by `performance.now()`. */
  readonly at: number;
}

/** A live channel of a session (docs/live-channel.md). */
export class LiveChannel {
  private readonly socket: WebSocket;
  private readonly established: Promise<void>;
  /** Resolves when the channel was closed. */
  readonly ended: Promise<ChannelEnd>;

  private constructor(client: ServiceClient, sessionId: string, token: string) {
    const url = client.urlOf(`/api/v1/ws/session/${sessionId}`);
    url.protocol = url.protocol.replace('http', 'ws');
    this.socket = new WebSocket(url, ['ergodrive.v1', `bearer.${token}`], {
      ca: certificatesWith(client.options.ca),
      handshakeTimeout: client.options.deadlineMs,
    });
    let revoked: { reason: string; at: number } | undefined;
    this.established = new Promise((resolve, reject) => {
      this.socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as Message;
        if (message.type === 'connection' && message.status === 'established') resolve();
        if (message.type === 'session.revoked')
          revoked ??= { reason: message.reason ?? '', at: performance.now() };
      });
      this.socket.on('error', (error) => reject(new NoAnswerError(reasonOf(error))));
      this.socket.on('close', (code) => reject(new NoAnswerError(`closed with ${code}`)));
    });
    this.ended = new Promise((resolve) => {
      this.socket.on('close', (code) =>
        resolve({ reason: revoked?.reason, code, at: revoked?.at ?? performance.now() }),
      );
    });
  }

  /** @throws NoAnswerError when the channel is not established within the deadline of the client's requests */
  static async open(client: ServiceClient, sessionId: string, token: string): Promise<LiveChannel> {
    const channel = new LiveChannel(client, sessionId, token);
    await within(client.options.deadlineMs, channel.established, 'message that it is established').catch(
      (error: unknown) => {
        channel.close();
        throw error;
      },
    );
    return channel;
  }

  close(): void {
    this.socket.terminate();
  }
}

/** The result, when it comes in time. @throws NoAnswerError otherwise */
export async function within<T>(ms: number, result: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswerError(`no ${what} within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([result, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
