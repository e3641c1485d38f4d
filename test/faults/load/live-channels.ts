import { once } from 'node:events';
import { WebSocket } from 'ws';
import { waitFor } from '../../support/wait-for.js';
import type { Instance } from '../deployment/instance.js';
import type { TestSession } from './population.js';

const OPEN_TIMEOUT_MS = 5000;

/** A live channel that watches a session by its own token. */
export class LiveChannel {
  /** When `session.revoked` arrived. */
  revokedAt: number | undefined;
  closeCode: number | undefined;

  constructor(
    readonly session: TestSession,
    readonly instance: number,
    private readonly socket: WebSocket,
  ) {
    socket.on('message', (data: Buffer) => this.receive(data.toString()));
    socket.on('close', (code) => (this.closeCode = code));
  }

  get isOpen(): boolean {
    return this.closeCode === undefined;
  }

  terminate(): void {
    this.socket.terminate();
  }

  private receive(text: string): void {
    const message = JSON.parse(text) as { type: string };
    if (message.type === 'session.revoked') this.revokedAt ??= performance.now();
  }
}

/** The live channels that a load opens. */
export class LiveChannels {
  private readonly opened: LiveChannel[] = [];
  private opening = 0;

  get all(): readonly LiveChannel[] {
    return this.opened;
  }

  get openCount(): number {
    return this.opening + this.opened.filter(({ isOpen }) => isOpen).length;
  }

  /** Opens one. A refusal, or an instance out of reach, leaves none. */
  async open({ app, number }: Instance, session: TestSession): Promise<void> {
    const url = `${app.url.replace(/^http/, 'ws')}/api/v1/ws/session/${session.id}`;
    const socket = new WebSocket(url, ['ergodrive.v1', `bearer.${session.access}`]);
    socket.on('error', () => undefined);
    this.opening += 1;
    try {
      const signal = AbortSignal.timeout(OPEN_TIMEOUT_MS);
      const ended = once(socket, 'close', { signal });
      const [data] = (await Promise.race([once(socket, 'message', { signal }), ended])) as [unknown];
      if (Buffer.isBuffer(data) && data.includes('"established"'))
        this.opened.push(new LiveChannel(session, number, socket));
      else socket.terminate();
    } catch {
      socket.terminate();
    } finally {
      this.opening -= 1;
    }
  }

  /** Waits until no open channel watches one of the sessions. @returns those that still do after the time */
  async closedFor(isEnded: (sessionId: string) => boolean, timeoutMs: number): Promise<LiveChannel[]> {
    const left = () => this.opened.filter(({ isOpen, session }) => isOpen && isEnded(session.id));
    await waitFor(() => left().length === 0, { what: 'channels to close', timeoutMs }).catch(() => undefined);
    return left();
  }

  terminate(): void {
    for (const channel of this.opened) channel.terminate();
  }
}
