import type { Span, Tracer } from '@opentelemetry/api';
import {
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_SYSTEM_NAME,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  DB_SYSTEM_NAME_VALUE_POSTGRESQL,
} from '@opentelemetry/semantic-conventions';
import pg from 'pg';
import { endFailed, recordedParent, startChild } from './child-span.js';

type Query = (this: pg.Client, ...args: unknown[]) => unknown;
type Answered = (error: unknown, ...rest: unknown[]) => void;

const LITERAL = /'(?:[^']|'')*'/g;

/**
 * Gives each statement of a request a span, from now on. node-postgres publishes no events, so its method is replaced: without
 * tracing nothing has changed there. Values of parameters and literals are left out.
 */
export function traceStatements(tracer: Tracer): void {
  const prototype = pg.Client.prototype as { query: Query };
  const { query } = prototype;
  prototype.query = function (...args) {
    const span = recordedParent() && startStatement(tracer, this, args[0]);
    if (span === undefined) return query.apply(this, args);
    const answered = args.at(-1);
    if (typeof answered === 'function') {
      args[args.length - 1] = endingBefore(span, answered as Answered);
      return query.apply(this, args);
    }
    const result = query.apply(this, args);
    if (result instanceof Promise) end(span, result);
    return result;
  };
}

function end(span: Span, result: Promise<unknown>): void {
  result.then(
    () => span.end(),
    (error: unknown) => endFailed(span, error),
  );
}

const endingBefore =
  (span: Span, answered: Answered): Answered =>
  (error, ...rest) => {
    if (error) endFailed(span, error);
    else span.end();
    answered(error, ...rest);
  };

/** @param query a text, or an object with the text and the name of a prepared statement; others have no span */
function startStatement(tracer: Tracer, client: pg.Client, query: unknown): Span | undefined {
  const { text, name } = (
    typeof query === 'string' ? { text: query } : Object(query)
  ) as Partial<pg.QueryConfig>;
  if (typeof text !== 'string') return undefined;
  const [operation = 'SQL'] = /[a-z]+/i.exec(text) ?? [];
  const summary = name ?? operation.toUpperCase();
  return startChild(tracer, summary, {
    [ATTR_DB_SYSTEM_NAME]: DB_SYSTEM_NAME_VALUE_POSTGRESQL,
    [ATTR_DB_NAMESPACE]: client.database,
    [ATTR_DB_OPERATION_NAME]: operation.toUpperCase(),
    [ATTR_DB_QUERY_SUMMARY]: summary,
    [ATTR_DB_QUERY_TEXT]: text.replace(LITERAL, '?').trim(),
    [ATTR_SERVER_ADDRESS]: client.host,
    [ATTR_SERVER_PORT]: client.port,
  });
}
