import type { Problem, VerifierErrorCode } from '../verifier-error.js';
import type { SocketLike } from './carrier.js';

/** What socket.io and ws have in common, and what not. */
export interface Socket extends SocketLike {
  /** socket.io */
  emit?(event: string, data: unknown): unknown;
  disconnect?(close: boolean): unknown;
  /** ws */
  send?(data: string): unknown;
  close?(code: number, reason: string): unknown;
  once(event: string, listener: () => void): unknown;
}

/** What a page in a browser reads of a connection that was closed (RFC 6455 §7.4). The service's own live channel has the same codes. */
const CLOSE_CODES: Partial<Record<VerifierErrorCode, number>> = {
  token_revoked: 4001,
  token_expired: 4002,
  forbidden: 4403,
  unavailable: 1013,
};
const NOT_AUTHENTICATED = 4401;

const isOfSocketIo = (socket: Socket): boolean => socket.handshake !== undefined;

/** The event of both that ends a connection. */
export const endEventOf = (socket: Socket): string => (isOfSocketIo(socket) ? 'disconnect' : 'close');

/** Sends the event `exception`, as Nest's own filter does with socket.io. */
export function sendException(socket: Socket, problem: Problem & { reason?: string }): void {
  if (isOfSocketIo(socket)) socket.emit?.('exception', problem);
  else socket.send?.(JSON.stringify({ event: 'exception', data: problem }));
}

/** Says why, and closes the connection. @param isOpen whether it was admitted before */
export function closeSocket(socket: Socket, problem: Problem & { reason?: string }, isOpen: boolean): void {
  sendException(socket, problem);
  if (isOfSocketIo(socket)) return void socket.disconnect?.(true);
  const code = isOpen || problem.status !== 401 ? CLOSE_CODES[problem.code] : undefined;
  socket.close?.(code ?? NOT_AUTHENTICATED, problem.reason ?? problem.code);
}
