import { WebSocket } from 'ws';

/** The sockets that a client opens, and the messages that each sends and receives. */
export function recordedSockets() {
  const sockets: RecordedSocket[] = [];
  const silent = new Set<WebSocket>();
  const held = new Map<WebSocket, (() => void)[]>();
  class RecordedSocket extends WebSocket {
    readonly sent: string[] = [];
    readonly received: Record<string, unknown>[] = [];

    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
      this.on('message', (data: Buffer) => this.received.push(JSON.parse(data.toString())));
    }

    override emit(event: string | symbol, ...values: unknown[]): boolean {
      const later = event === 'message' || event === 'close' ? held.get(this) : undefined;
      later?.push(() => void super.emit(event, ...values));
      return later === undefined ? super.emit(event, ...values) : true;
    }

    override send(text: string): void {
      this.sent.push(text);
      if (!silent.has(this)) super.send(text);
    }
  }
  return {
    sockets,
    WebSocket: RecordedSocket,
    /** From now on nothing that the socket sends arrives. */
    silence: (socket: WebSocket) => void silent.add(socket),
    /** From now on what the service sends waits. @returns hands it over, and all that follows */
    hold: (socket: WebSocket) => {
      const later: (() => void)[] = [];
      held.set(socket, later);
      return () => {
        held.delete(socket);
        for (const each of later) each();
      };
    },
  };
}
