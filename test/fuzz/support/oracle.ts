/** What every answer is checked for, by whichever client it came. */
export interface CheckedAnswer {
  status: number;
  headers: Readonly<Record<string, unknown>>;
  body: unknown;
}

const MAX_REFUSAL_BYTES = 16_384;

/** @returns what is wrong with an answer: a 5xx, or a refusal that is no problem document with its status */
export function defectOf({ status, headers, body }: CheckedAnswer): string | undefined {
  if (status >= 500) return `${status} ${JSON.stringify(body)}`;
  if (status < 400) return undefined;
  if (isOfOtherStandard(status, body)) return undefined;
  if (!/^application\/problem\+json\b/.test(String(headers['content-type']))) {
    return `${status} with the type ${String(headers['content-type'])}`;
  }
  const problem = (typeof body === 'string' ? JSON.parse(body) : body) as Record<string, unknown>;
  if (problem['status'] !== status || !/^[a-z_]+$/.test(String(problem['code']))) {
    return `${status} with the problem ${JSON.stringify(problem)}`;
  }
  if (status === 401 && !/^Bearer\b/.test(String(headers['www-authenticate'])))
    return '401 without a challenge';
  const size = JSON.stringify(problem).length;
  return size > MAX_REFUSAL_BYTES ? `a refusal of ${size} bytes` : undefined;
}

/** Errors of OAuth clients (RFC 6749 §5.2) and of the revocation feed (RFC 8936 §2.6). */
function isOfOtherStandard(status: number, body: unknown): boolean {
  const { err, error } = Object(body) as Record<string, unknown>;
  return (status === 400 && err === 'invalid_request') || (status === 401 && error === 'invalid_client');
}
