import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { AppProcess } from '../../support/app/app-process.js';

const LISTENING = /Debugger listening on (ws:\S+)/;

const NEEDED_BYTES = `(() => {
  process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
  process.getBuiltinModule('node:vm').runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
})()`;

export interface InspectorMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly sessionId?: string; readonly message?: string; readonly chunk?: string };
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

/** What makes a process have an inspector: a variable of its environment. */
export const WITH_INSPECTOR = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

/** A connection to the inspector of a process, by the Chrome DevTools protocol. */
export class Inspector {
  private constructor(private readonly socket: WebSocket) {}

  static async connect({ output }: AppProcess): Promise<Inspector> {
    const url = LISTENING.exec(output)?.[1];
    if (url === undefined) throw new Error('the process has no inspector');
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new Inspector(socket);
  }

  send(id: number, method: string, params: object = {}): void {
    this.socket.send(JSON.stringify({ id, method, params }));
  }

  onMessage(take: (message: InspectorMessage) => void): void {
    this.socket.on('message', (data: Buffer) => take(JSON.parse(data.toString()) as InspectorMessage));
  }

  /** Bytes that the main thread of the process still needs, after a garbage collection: its heap, and the buffers outside. */
  async neededBytes(): Promise<number> {
    this.send(1, 'Runtime.evaluate', { expression: NEEDED_BYTES, returnByValue: true });
    const [data] = (await once(this.socket, 'message')) as [Buffer];
    return Number((JSON.parse(data.toString()) as InspectorMessage).result?.result?.value);
  }

  close(): void {
    this.socket.terminate();
  }
}

/** What {@link Inspector.neededBytes} answers, by a connection of its own. */
export async function neededBytes(app: AppProcess): Promise<number> {
  const inspector = await Inspector.connect(app);
  try {
    return await inspector.neededBytes();
  } finally {
    inspector.close();
  }
}
