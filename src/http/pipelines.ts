import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { countEnded } from './ended-clients.js';

/** Requests of one connection that may wait behind an earlier one of it. Browsers send none. */
const MAX_OF_CONNECTION = 100;
/** Of all connections. Each request takes some 10 KB. */
const MAX_TOGETHER = 4000;

/**
 * The requests of one server that arrived before the answer to an earlier request of their connection (RFC 9112 §9.3.2). Node takes as many
 * as a client sends, and keeps each until its turn.
 */
export class Pipelines {
  private readonly waiting = new Map<Socket, number>();
  private count = 0;

  /** Whether a request may wait for its connection. If not, its connection has ended: the client sends more than it reads. */
  admit(response: ServerResponse): boolean {
    const { socket } = response.req;
    const own = this.waiting.get(socket);
    if (socket.destroyed || (own ?? 0) >= MAX_OF_CONNECTION || this.count >= MAX_TOGETHER) {
      if (!socket.destroyed) countEnded('pipeline');
      socket.destroy();
      return false;
    }
    if (own === undefined) socket.once('close', () => this.forget(socket));
    this.change(socket, 1);
    // Node gives it the connection when its turn has come.
    response.once('socket', () => this.change(socket, -1));
    return true;
  }

  private change(socket: Socket, difference: number): void {
    this.waiting.set(socket, (this.waiting.get(socket) ?? 0) + difference);
    this.count += difference;
  }

  private forget(socket: Socket): void {
    this.count -= this.waiting.get(socket) ?? 0;
    this.waiting.delete(socket);
  }
}
