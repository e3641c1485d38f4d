import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import { countEnded } from '../http/ended-clients.js';
import type { AccessClaims } from '../sessions/verdict.js';
import { CLOSE } from './close-codes.js';

const MAX_MESSAGES = 20;
const WINDOW_MS = 10_000;
/** Of messages that wait for a client to read. The sockets of both ends hold some more. */
const MAX_UNREAD_BYTES = 65_536;
const PING_BYTES = 8;

/** One open socket: what it watches, and by which token. */
export class LiveChannel {
  claims: AccessClaims | undefined;
  /** User of the watched session, once it was found. */
  watchedUserId: string | undefined;
  readonly openedAt = Date.now();
  private windowBegan = 0;
  private messages = 0;
  /** What the last ping had in it, until a pong brings it back. */
  private unanswered: Buffer | undefined;

  constructor(
    readonly socket: WebSocket,
    readonly sessionId: string,
  ) {}

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  get isClosed(): boolean {
    return this.socket.readyState === this.socket.CLOSED;
  }

  /** Whether it was judged that the caller may watch this session. */
  get isAdmitted(): boolean {
    return this.watchedUserId !== undefined;
  }

  /** Whether the watched session is that of the token. */
  get isOwn(): boolean {
    return this.claims?.sid === this.sessionId;
  }

  /** Sends a message. A client that leaves too many unread is disconnected. */
  send(message: { type: string; [member: string]: unknown }): void {
    if (!this.isOpen) return;
    if (this.socket.bufferedAmount <= MAX_UNREAD_BYTES) return this.socket.send(JSON.stringify(message));
    countEnded('channel');
    this.socket.terminate();
  }

  /** Pings the client, and disconnects one that has not answered the ping before. */
  beat(): void {
    if (this.unanswered !== undefined) return this.socket.terminate();
    this.unanswered = randomBytes(PING_BYTES);
    this.socket.ping(this.unanswered);
  }

  /** @returns whether the pong answers the last ping: only a client that reads can send it */
  takePong(data: Buffer): boolean {
    const isAnswer = this.unanswered?.equals(data) ?? false;
    if (isAnswer) this.unanswered = undefined;
    return isAnswer;
  }

  close(code: (typeof CLOSE)[keyof typeof CLOSE], reason: string): void {
    if (this.isOpen) this.socket.close(code, reason);
  }

  /** Counts a message of the client; answers whether it is one too many. */
  exceedsRate(): boolean {
    const now = Date.now();
    if (now - this.windowBegan > WINDOW_MS) {
      this.windowBegan = now;
      this.messages = 0;
    }
    this.messages += 1;
    return this.messages > MAX_MESSAGES;
  }
}
