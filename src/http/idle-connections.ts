import type { Server } from 'node:http';
import type { Socket } from 'node:net';

const SWEEP_MS = 100;
/** A request that was sent before the shutdown arrives within this time. */
const ARRIVAL_MS = 1000;

/**
 * @returns a function for the begin of a shutdown. From then on, connections are closed as they become idle, and those by which no request
 * has come are closed after a second. Fastify closes only those that are idle when the shutdown begins; keep-alive would hold the others
 * open for minutes. Node does not count a connection as idle before its first request, such as one that a browser opened in advance.
 */
export function idleConnectionsOf(server: Server): () => void {
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return () => {
    const arrivedBy = performance.now() + ARRIVAL_MS;
    setInterval(() => {
      server.closeIdleConnections();
      if (performance.now() < arrivedBy) return;
      for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
    }, SWEEP_MS).unref();
  };
}
