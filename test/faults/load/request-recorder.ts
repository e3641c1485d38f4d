import type { IncomingHttpHeaders } from 'node:http';
import type { ApiResponse } from '../../support/app/api-client.js';
import type { History, Operation, OperationKind } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';

/** What answers hold that the checker reads. */
export interface Answer {
  code?: string;
  error?: string;
  role?: string;
  active?: boolean;
  access_token?: string;
  refresh_token?: string;
}

export interface Call {
  method: string;
  path: string;
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export type Facts = Partial<Operation> & Pick<Operation, 'kind' | 'userId'>;

const TIMEOUT_MS = 15_000;

/** Sends requests to instances, and records what was asked and answered. Nothing is ever repeated. */
export class RequestRecorder {
  constructor(private readonly history: History) {}

  async record(
    instance: Instance,
    facts: Facts,
    { method, path, token, body, headers }: Call,
    onSuccess: (answer: Answer) => Partial<Operation> = () => ({}),
  ): Promise<Operation> {
    const start = performance.now();
    const outcome = await instance.client
      .send<Answer>(method, path, {
        ...(token && { token }),
        ...(headers && { headers }),
        body,
        timeoutMs: TIMEOUT_MS,
      })
      .then(
        (response) => answered(response, facts.kind, onSuccess),
        (error: unknown) => ({ status: 0, code: (error as NodeJS.ErrnoException).code ?? String(error) }),
      );
    const operation = { ...facts, instance: instance.number, start, end: performance.now(), ...outcome };
    this.history.add(operation);
    return operation;
  }
}

function answered(
  { status, body, headers }: ApiResponse<Answer>,
  kind: OperationKind,
  onSuccess: (answer: Answer) => Partial<Operation>,
): Partial<Operation> & { status: number } {
  // RFC 7662 and RFC 6749 §5.2 say so what other routes say by 401.
  if (kind === 'introspect' && body.active === false) return { status: 401, code: 'inactive' };
  if (status === 400 && body.error === 'invalid_grant') return { status: 401, code: body.error };
  if (status >= 300) {
    const { code = body.error } = body;
    return { status, retryAfter: headers['retry-after'] !== undefined, ...(code !== undefined && { code }) };
  }
  const role = headers['x-auth-role'] ?? (kind === 'me' || kind === 'introspect' ? body.role : undefined);
  return {
    status,
    ...(role !== undefined && { role: String(role) }),
    ...onSuccess({ ...body, ...cookieOf(headers) }),
  };
}

/** The refresh token that an answer puts into the cookie of a browser. */
function cookieOf({ 'set-cookie': [line = ''] = [] }: IncomingHttpHeaders): Answer {
  const token = /^__Host-refresh=([^;]+)/.exec(line)?.[1];
  return token === undefined ? {} : { refresh_token: token };
}
