import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';

const EVERY_MS = 200;
const SOURCE = `
const { createClient } = require('redis');
const { parentPort, workerData } = require('node:worker_threads');
(async () => {
  const client = createClient({ url: workerData.url });
  await client.connect();
  for (;;) {
    await client.sendCommand(workerData.command);
    parentPort.postMessage('sent');
    await new Promise((resolve) => setTimeout(resolve, ${EVERY_MS}));
  }
})();`;

/**
 * Sends a command to Redis again and again, from a thread of its own: a test whose process stalls for a moment goes on doing what an
 * instance elsewhere would do.
 */
export class RepeatedCommand {
  private constructor(private readonly worker: Worker) {}

  /** Resolves when the command was answered once. */
  static async start(url: string, ...command: string[]): Promise<RepeatedCommand> {
    const worker = new Worker(SOURCE, { eval: true, workerData: { url, command } });
    const repeated = new RepeatedCommand(worker);
    rememberResource(repeated, () => repeated.stop());
    await once(worker, 'message');
    return repeated;
  }

  async stop(): Promise<void> {
    forgetResource(this);
    await this.worker.terminate();
  }
}
