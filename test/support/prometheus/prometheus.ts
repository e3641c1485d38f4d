import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../files/temporary-directory.js';
import { freePort } from '../network/free-port.js';
import { ManagedProcess } from '../process/managed-process.js';
import { ManagedService } from '../process/managed-service.js';
import { serviceBinary } from '../process/service-binary.js';
import { waitFor } from '../wait-for.js';

/** Jest runs from the project's root. */
export const OBSERVABILITY = 'deploy/observability';

type Program = 'prometheus' | 'promtool';
const binaryOf = (name: Program) => serviceBinary({ names: [name], debianPackage: 'prometheus' });

/** Installs what the tests run. Its service is not started. @throws MissingServiceError */
export async function preparePrometheus(): Promise<void> {
  await binaryOf('prometheus');
  await binaryOf('promtool');
}

/** Runs promtool in the folder of the rules. @throws Error with its output when it ends with another code than 0 */
export async function promtool(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(await binaryOf('promtool'), args, {
    cwd: OBSERVABILITY,
  });
  return stdout + stderr;
}

interface QueryAnswer {
  readonly status: string;
  readonly data?: { readonly result: { readonly value: [number, string] }[] };
  readonly error?: string;
}

/** A Prometheus with the example configuration of the repository. Only the target and the intervals differ. */
export class Prometheus extends ManagedService {
  private constructor(
    process: ManagedProcess,
    private readonly folder: string,
    private readonly url: string,
  ) {
    super(process);
  }

  /**
   * Starts it and waits until it is ready.
   * @param target `host:port` of an instance
   * @throws Error with its output when it exits before that, or is not ready in time
   */
  static async start(target: string): Promise<Prometheus> {
    const [folder, port] = await Promise.all([makeTemporaryDirectory('prometheus'), freePort()]);
    await cp(OBSERVABILITY, folder, { recursive: true });
    const file = join(folder, 'prometheus.yml');
    const example = await readFile(file, 'utf8');
    const copy = example.replaceAll('interval: 15s', 'interval: 1s').replace('app:9000', target);
    await writeFile(file, copy);
    const url = `http://127.0.0.1:${port}`;
    const process = await ManagedProcess.spawn({
      command: await binaryOf('prometheus'),
      args: [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      cwd: folder,
      stopSignal: 'SIGTERM',
    });
    const isReady = async () => !process.running || (await fetch(`${url}/-/ready`)).ok;
    await waitFor(isReady, { what: 'Prometheus to be ready', timeoutMs: 60_000 }).catch(() =>
      process.kill9(),
    );
    if (process.running) return new Prometheus(process, folder, url);
    await process.exited();
    throw new Error(`Prometheus did not start:\n${process.output}`);
  }

  /** The values of an instant query. @throws Error with the answer of Prometheus when the query is wrong */
  async query(expression: string): Promise<string[]> {
    const body = new URLSearchParams({ query: expression });
    const response = await fetch(`${this.url}/api/v1/query`, { method: 'POST', body });
    const { status, data, error } = (await response.json()) as QueryAnswer;
    if (status !== 'success') throw new Error(`${expression}: ${error}`);
    return (data?.result ?? []).map(({ value: [, value] }) => value);
  }

  /** The names of the loaded alert rules that have an error. */
  async failingRules(): Promise<string[]> {
    const answer = await (await fetch(`${this.url}/api/v1/rules`)).json();
    const { data } = answer as { data: { groups: { rules: { name: string; health: string }[] }[] } };
    return data.groups
      .flatMap(({ rules }) => rules)
      .filter(({ health }) => health === 'err')
      .map(({ name }) => name);
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await removeTemporaryDirectory(this.folder);
  }
}
