import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Node keeps the answer that a socket sends now in this member. Nothing public names that answer. */
type HttpSocket = Duplex & { _httpMessage?: ServerResponse | null };

/**
 * Runs the action when the requests of the connection that have arrived as a whole were answered: at once if they are, never if the
 * connection ends before. Node stops to handle the socket's events at an upgrade or a parser's error, also while answers are pending.
 * @param action gets the answer to the request that has not arrived as a whole, if it waits for the rest
 */
export function whenAnswered(socket: HttpSocket, action: (unanswered?: ServerResponse) => void): void {
  const pending = socket._httpMessage;
  if (!pending?.req.complete) return action(pending ?? undefined);
  const relayDrain = () => pending.emit('drain');
  const ignoreError = () => undefined;
  socket.on('drain', relayDrain).on('error', ignoreError);
  pending.once('close', () => {
    // A connection that ends keeps the listener: its error may still come, and would end the process.
    if (socket.destroyed || socket.writableEnded) return;
    socket.off('drain', relayDrain).off('error', ignoreError);
    whenAnswered(socket, action);
  });
}
