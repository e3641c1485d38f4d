import autocannon, { type AutocannonClient, type AutocannonResult } from 'autocannon';
import type { BenchServer } from '../stack/bench-server.js';
import { AutocannonParser } from './autocannon-parser.js';
import type { LoadScript } from './script.js';

/** How often autocannon checks whether it must stop. */
const SAMPLE_MS = 50;
const MAX_DURATION_SECONDS = 120;
const REQUEST_TIMEOUT_SECONDS = 20;

/** A running load, a closed loop: every connection sends its next request as soon as the response arrives. */
export class LoadGenerator {
  private readonly run: ReturnType<typeof autocannon>;
  /** Resolves when the load has ended, after its last request or after {@link stop}. */
  readonly ended: Promise<AutocannonResult>;

  constructor(
    private readonly server: BenchServer,
    script: LoadScript,
    onResponse: (latencyMs: number) => void = () => undefined,
  ) {
    this.run = autocannon({
      url: server.url,
      connections: script.connections.length,
      duration: MAX_DURATION_SECONDS,
      sampleInt: SAMPLE_MS,
      timeout: REQUEST_TIMEOUT_SECONDS,
      setupClient: assignScripts(script),
    });
    this.run.on('response', (_client: unknown, _status: number, _bytes: number, latencyMs: number) =>
      onResponse(latencyMs),
    );
    this.ended = Promise.resolve(this.run);
  }

  /** Ends the load. @throws Error when a response was missing, had another status than 200, or had an unexpected body */
  async stop(): Promise<void> {
    this.run.stop();
    const { errors, timeouts, mismatches, non2xx, '2xx': successes } = await this.ended;
    if (errors + timeouts + mismatches + non2xx === 0 && successes > 0) return;
    const counts = `${successes} with status 2xx, ${non2xx} with another status, ${mismatches} wrong bodies, ${errors} errors, ${timeouts} timeouts`;
    throw new Error(`wrong responses: ${counts}\n${this.server.output.slice(-4000)}`);
  }
}

/** Gives each new connection the next script. */
function assignScripts(script: LoadScript): (client: AutocannonClient) => void {
  let next = 0;
  return (client) => {
    const connection = script.connections[next++];
    if (connection === undefined) throw new RangeError('more connections than scripts');
    client.setRequests(connection.requests);
    client.parser = new AutocannonParser();
    client.opts.verifyBody = connection.verify;
    if (script.once) client.responseMax = connection.requests.length;
  };
}
