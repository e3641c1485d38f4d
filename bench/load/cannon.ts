import autocannon, { type AutocannonClient, type AutocannonResult } from 'autocannon';
import type { BenchServer } from '../stack/bench-server.js';
import { LeanParser } from './lean-parser.js';
import type { LoadScript } from './script.js';

/** How often autocannon looks whether it is to end. */
const SAMPLE_MS = 50;
const LONGEST_SECONDS = 120;
const REQUEST_TIMEOUT_SECONDS = 20;

/** A load in progress: every connection sends its next request as soon as the answer is there. */
export class Cannon {
  private readonly run: ReturnType<typeof autocannon>;
  /** Resolves when the load has ended, by itself or by {@link cease}. */
  readonly ended: Promise<AutocannonResult>;

  constructor(
    private readonly server: BenchServer,
    script: LoadScript,
    onAnswer: (latencyMs: number) => void = () => undefined,
  ) {
    this.run = autocannon({
      url: server.url,
      connections: script.connections.length,
      duration: LONGEST_SECONDS,
      sampleInt: SAMPLE_MS,
      timeout: REQUEST_TIMEOUT_SECONDS,
      setupClient: dealer(script),
    });
    this.run.on('response', (_client: unknown, _status: number, _bytes: number, latencyMs: number) =>
      onAnswer(latencyMs),
    );
    this.ended = Promise.resolve(this.run);
  }

  /** Ends the load. @throws Error when any answer was not 200 with the expected body, or there was none */
  async cease(): Promise<void> {
    this.run.stop();
    const { errors, timeouts, mismatches, non2xx, '2xx': right } = await this.ended;
    if (errors + timeouts + mismatches + non2xx === 0 && right > 0) return;
    const counts = `${right} of 200, ${non2xx} of another status, ${mismatches} wrong bodies, ${errors} errors, ${timeouts} timeouts`;
    throw new Error(`wrong answers: ${counts}\n${this.server.output.slice(-4000)}`);
  }
}

/** Hands each connection its script. */
function dealer(script: LoadScript): (client: AutocannonClient) => void {
  let next = 0;
  return (client) => {
    const lane = script.connections[next++];
    if (lane === undefined) throw new RangeError('more connections than scripts');
    client.setRequests(lane.requests);
    client.parser = new LeanParser();
    client.opts.verifyBody = lane.verify;
    if (script.once) client.responseMax = lane.requests.length;
  };
}
