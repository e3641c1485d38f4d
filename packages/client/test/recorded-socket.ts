import { WebSocket } from 'ws';

/** The sockets that a client opens, and the messages that each sends and receives. */
export function recordedSockets() {
  const sockets: RecordedSocket[] = [];
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
      super.send(text);
    }
  }
  return { sockets, WebSocket: RecordedSocket };
}
