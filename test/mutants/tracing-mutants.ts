import { type Mutant, mutantsOf } from './mutant.js';

const TRACES = 'test/e2e/tracing.spec.ts';
const REQUESTS = 'src/tracing/request-spans.ts';

/** What traces may not hold. */
export const TRACING_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(REQUESTS, 'test/e2e/canaries.spec.ts')`
    spans have the query string | the spans of traces
      - [ATTR_URL_PATH]: path,
      + [ATTR_URL_PATH]: path && request.url,
  `,
  ...mutantsOf('src/tracing/child-span.ts', TRACES)`
    spans have the messages of errors | no message of an error
      - setStatus({ code: SpanStatusCode.ERROR })
      + setStatus({ code: SpanStatusCode.ERROR, message: String(error) })
  `,
  ...mutantsOf('src/tracing/statement-spans.ts', TRACES)`
    spans have the literals of statements | have no literal of a statement
      - text.replace(LITERAL, '?')
      + text
  `,
  ...mutantsOf(REQUESTS, TRACES)`
    any client continues a trace | when no proxy is trusted
      - if (this.trustedProxies === 0) return ROOT_CONTEXT;
      +
  `,
];
