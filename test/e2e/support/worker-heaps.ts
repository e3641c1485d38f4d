import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { AppProcess } from '../../support/app/app-process.js';

const LISTENING = /Debugger listening on (ws:\S+)/;
/** An id that no other message of a worker has. */
const SNAPSHOT = 1;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly sessionId?: string; readonly message?: string; readonly chunk?: string };
}

/** What makes a process answer {@link workerHeaps}: a variable of its environment. */
export const WITH_INSPECTOR = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

/** A heap snapshot of each worker thread of the process, after a garbage collection, by the inspector's domain `NodeWorker`. */
export async function workerHeaps({ output }: AppProcess): Promise<string[]> {
  const url = LISTENING.exec(output)?.[1];
  if (url === undefined) throw new Error('the process has no inspector');
  const socket = new WebSocket(url);
  await once(socket, 'open');
  try {
    return await takeSnapshots(socket);
  } finally {
    socket.terminate();
  }
}

function takeSnapshots(socket: WebSocket): Promise<string[]> {
  const heaps = new Map<string, string>();
  const waiting = new Set<string>();
  const send = (method: string, params: object) =>
    socket.send(JSON.stringify({ id: SNAPSHOT, method, params }));
  return new Promise((resolve) => {
    socket.on('message', (data: Buffer) => {
      const { method, params = {} } = JSON.parse(data.toString()) as Message;
      const { sessionId = '' } = params;
      if (method === 'NodeWorker.attachedToWorker') {
        waiting.add(sessionId);
        const message = JSON.stringify({ id: SNAPSHOT, method: 'HeapProfiler.takeHeapSnapshot' });
        send('NodeWorker.sendMessageToWorker', { sessionId, message });
      } else if (method === 'NodeWorker.receivedMessageFromWorker') {
        const answer = JSON.parse(params.message ?? '') as Message;
        heaps.set(sessionId, (heaps.get(sessionId) ?? '') + (answer.params?.chunk ?? ''));
        if (answer.id === SNAPSHOT) waiting.delete(sessionId);
      }
      if (waiting.size === 0 && heaps.size > 0) resolve([...heaps.values()]);
    });
    send('NodeWorker.enable', { waitForDebuggerOnStart: false });
  });
}
