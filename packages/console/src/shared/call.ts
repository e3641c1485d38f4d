import type { FieldErrorDto } from '@ergodrive/client';
import { lost, reached } from './service-state.js';

/** What a page says of a request that failed. */
export interface Failure {
  /** Of the catalogue of problems, or `unreachable` without an answer. */
  readonly code: string;
  readonly errors: readonly Pick<FieldErrorDto, 'field' | 'code' | 'min' | 'max' | 'allowed'>[];
  /** When to try again, for an answer that says so. */
  readonly retryAt: Date | undefined;
}

export type Outcome<Data> =
  | { readonly data: Data; readonly problem?: undefined }
  | { readonly data?: undefined; readonly problem: Failure };

/** The result of an operation of the client. */
interface Result<Data> {
  readonly data?: Data | undefined;
  readonly error?: unknown;
  readonly response?: Response | undefined;
}

/** Sends a request, and keeps what it shows of the state of the service. It never rejects for a failed request. */
export async function call<Data>(request: () => Promise<Result<Data>>): Promise<Outcome<Data>> {
  try {
    const { data, error, response } = await request();
    if (error === undefined) {
      reached();
      return { data: data as Data };
    }
    const problem = failureOf(error, response);
    if ((response?.status ?? 0) >= 500) lost('unavailable');
    else reached();
    return { problem };
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    lost('unreachable');
    return { problem: { code: 'unreachable', errors: [], retryAt: undefined } };
  }
}

function failureOf(error: unknown, response: Response | undefined): Failure {
  const { code = 'unknown', errors = [] } = error as { code?: string; errors?: Failure['errors'] };
  const seconds = Number(response?.headers.get('retry-after') ?? NaN);
  const retryAt = Number.isFinite(seconds) ? new Date(Date.now() + seconds * 1000) : undefined;
  return { code, errors, retryAt };
}
