import { type Fields, parseMessage } from './protobuf.js';

/** A span as a collector gets it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'other';
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Of the service. */
  readonly resource: Readonly<Record<string, string | number>>;
  readonly events: number;
  readonly isError: boolean;
  readonly statusMessage: string;
}

const KINDS = ['other', 'internal', 'server', 'client'] as const;
const ERROR = 2n;

/** Reads an `ExportTraceServiceRequest` of opentelemetry-proto. */
export function parseTraces(body: Buffer): ReceivedSpan[] {
  return messages(parseMessage(body), 1).flatMap((resourceSpans) => {
    const resource = attributesOf(messages(resourceSpans, 1)[0] ?? new Map(), 1);
    return messages(resourceSpans, 2)
      .flatMap((scopeSpans) => messages(scopeSpans, 2))
      .map((span) => spanOf(span, resource));
  });
}

function spanOf(span: Fields, resource: ReceivedSpan['resource']): ReceivedSpan {
  const status = messages(span, 15)[0] ?? new Map();
  return {
    traceId: bytes(span, 1).toString('hex'),
    spanId: bytes(span, 2).toString('hex'),
    parentId: bytes(span, 4).toString('hex'),
    name: bytes(span, 5).toString(),
    kind: KINDS[Number(span.get(6)?.[0] ?? 0)] ?? 'other',
    attributes: attributesOf(span, 9),
    resource,
    events: messages(span, 11).length,
    isError: status.get(3)?.[0] === ERROR,
    statusMessage: bytes(status, 2).toString(),
  };
}

function attributesOf(message: Fields, field: number): Record<string, string | number> {
  const pairs = messages(message, field).map((pair) => {
    const value = messages(pair, 2)[0] ?? new Map();
    const text = value.get(1)?.[0];
    return [bytes(pair, 1).toString(), Buffer.isBuffer(text) ? text.toString() : Number(value.get(3)?.[0])];
  });
  return Object.fromEntries(pairs) as Record<string, string | number>;
}

const messages = (message: Fields, field: number): Fields[] =>
  (message.get(field) ?? []).map((value) => parseMessage(value as Buffer));

function bytes(message: Fields, field: number): Buffer {
  const [value] = message.get(field) ?? [];
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}
