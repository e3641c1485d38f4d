import type { WebSocket } from 'ws';
import type { AccessClaims } from '../sessions/verdict.js';
import { CLOSE } from './close-codes.js';

const MAX_MESSAGES = 20;
const WINDOW_MS = 10_000;

/** One open socket: what it watches, and by which token. */
export class LiveChannel {
  claims: AccessClaims | undefined;
  /** User of the watched session, once it was found. */
  watchedUserId: string | undefined;
  /** Whether a pong came since the last ping. */
  isAlive = true;
  readonly openedAt = Date.now();
  private windowBegan = 0;
  private messages = 0;

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

  send(message: { type: string; [member: string]: unknown }): void {
    if (this.isOpen) this.socket.send(JSON.stringify(message));
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
