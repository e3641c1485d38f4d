import { WebSocket } from 'ws';

/** The sockets that a client opens, and the messages that each sends and receives. */
export function recordedSockets() {
  const sockets: RecordedSocket[] = [];
  const silent = new Set<WebSocket>();
  class RecordedSocket extends WebSocket {
    readonly sent: string[] = [];
    readonly received: Record<string, unknown>[] = [];

    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
      this.on('message', (data: Buffer) => this.received.push(JSON.parse(data.toString())));
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
  };
}
