import { type Attributes, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';

const CODE = /^[A-Z0-9_]{2,40}$/;

/** The span of the request that is handled now; `undefined` outside of a request, after its answer, and where the trace is not recorded. */
export function recordedParent(): Span | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() ? span : undefined;
}

/** Begins the span of a call to a service. */
export const startChild = (tracer: Tracer, name: string, attributes: Attributes): Span =>
  tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes });

/** Ends the span of a call that has failed. Messages of errors are left out: they may repeat what a client has sent. */
export function endFailed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute(ATTR_ERROR_TYPE, typeOf(error)).end();
}

/** The code of an error, such as a SQLSTATE, or the name of its class. */
function typeOf(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  if (typeof code === 'string' && CODE.test(code)) return code;
  return typeof name === 'string' ? name : 'Error';
}
