import { subscribe } from 'node:diagnostics_channel';
import type { Span, Tracer } from '@opentelemetry/api';
import {
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_SYSTEM_NAME,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '@opentelemetry/semantic-conventions';
import { ReadBatch } from '../cache/read-batch.js';
import { endFailed, recordedParent, startChild } from './child-span.js';

const CHANNEL = 'tracing:node-redis:command';
/** Of a batch, which may have the reads of many requests. */
const BATCHED = 'MGET';

/** What node-redis publishes of a command, among other members that hold keys. */
interface Command {
  readonly command: string;
  readonly serverAddress: string;
  readonly serverPort: number | undefined;
  readonly error?: unknown;
}

/** Gives each round trip to Redis that a request waits for a span, from now on. Keys and values are left out. */
export function traceRedis(tracer: Tracer): void {
  traceCommands(tracer);
  traceReads(tracer);
}

/** node-redis publishes its commands on a channel. */
function traceCommands(tracer: Tracer): void {
  const spans = new WeakMap<object, Span>();
  subscribe(`${CHANNEL}:start`, (message) => {
    const { command, serverAddress, serverPort } = message as Command;
    if (command === BATCHED || recordedParent() === undefined) return;
    const server = { [ATTR_SERVER_ADDRESS]: serverAddress, [ATTR_SERVER_PORT]: serverPort };
    spans.set(message as object, startChild(tracer, command, { ...attributesOf(command), ...server }));
  });
  subscribe(`${CHANNEL}:asyncEnd`, (message) => {
    const span = spans.get(message as object);
    const { error } = message as Command;
    if (error === undefined) span?.end();
    else if (span !== undefined) endFailed(span, error);
  });
}

/**
 * A batch is sent in the name of one request, so each request gets a span of its own part in it. The reads of one request that are
 * under way together share a span, as they share a round trip.
 */
function traceReads(tracer: Tracer): void {
  const reading = new WeakSet<Span>();
  const prototype: { read: ReadBatch['read'] } = ReadBatch.prototype;
  const { read } = prototype;
  prototype.read = function (this: ReadBatch, key, permit) {
    const parent = recordedParent();
    const value = read.call(this, key, permit);
    if (parent === undefined || reading.has(parent)) return value;
    reading.add(parent);
    const span = startChild(tracer, BATCHED, attributesOf(BATCHED));
    value
      .then(
        () => span.end(),
        (error: unknown) => endFailed(span, error),
      )
      .finally(() => reading.delete(parent));
    return value;
  };
}

const attributesOf = (command: string) => ({
  [ATTR_DB_SYSTEM_NAME]: 'redis',
  [ATTR_DB_OPERATION_NAME]: command,
});
