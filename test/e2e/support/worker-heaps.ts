import type { AppProcess } from '../../support/app/app-process.js';
import { Inspector, type InspectorMessage } from './inspector.js';

/** An id that no other message of a worker has. */
const SNAPSHOT = 1;

/** A heap snapshot of each worker thread of the process, after a garbage collection, by the inspector's domain `NodeWorker`. */
export async function workerHeaps(app: AppProcess): Promise<string[]> {
  const inspector = await Inspector.connect(app);
  try {
    return await takeSnapshots(inspector);
  } finally {
    inspector.close();
  }
}

function takeSnapshots(inspector: Inspector): Promise<string[]> {
  const heaps = new Map<string, string>();
  const waiting = new Set<string>();
  return new Promise((resolve) => {
    inspector.onMessage(({ method, params = {} }) => {
      const { sessionId = '' } = params;
      if (method === 'NodeWorker.attachedToWorker') {
        waiting.add(sessionId);
        const message = JSON.stringify({ id: SNAPSHOT, method: 'HeapProfiler.takeHeapSnapshot' });
        inspector.send(SNAPSHOT, 'NodeWorker.sendMessageToWorker', { sessionId, message });
      } else if (method === 'NodeWorker.receivedMessageFromWorker') {
        const answer = JSON.parse(params.message ?? '') as InspectorMessage;
        heaps.set(sessionId, (heaps.get(sessionId) ?? '') + (answer.params?.chunk ?? ''));
        if (answer.id === SNAPSHOT) waiting.delete(sessionId);
      }
      if (waiting.size === 0 && heaps.size > 0) resolve([...heaps.values()]);
    });
    inspector.send(SNAPSHOT, 'NodeWorker.enable', { waitForDebuggerOnStart: false });
  });
}
