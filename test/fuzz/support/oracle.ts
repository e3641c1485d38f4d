/** What every answer is checked for, by whichever client it came. */
export interface CheckedAnswer {
  status: number;
  headers: Readonly<Record<string, unknown>>;
  body: unknown;
}

const MAX_REFUSAL_BYTES = 16_384;
const OAUTH_CODE =
  /^(invalid_(request|client|grant|scope)|un(authorized_client|supported_grant_type)|temporarily_unavailable)$/;
/** What RFC 6749 §5.2 lets `error_description` have. */
const OAUTH_TEXT = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/;

/** Whose form the refusals of a route have. */
export type RefusalForm = 'problem' | 'oauth' | 'feed';

/** @returns what is wrong with an answer: a 5xx, or a refusal that has not the form for it */
export function defectOf(
  { status, headers, body }: CheckedAnswer,
  form: RefusalForm = 'problem',
): string | undefined {
  if (status >= 500) return `${status} ${JSON.stringify(body)}`;
  if (status < 400) return undefined;
  const size = JSON.stringify(body).length;
  if (size > MAX_REFUSAL_BYTES) return `a refusal of ${size} bytes`;
  const type = String(headers['content-type']);
  const challenge = String(headers['www-authenticate']);
  if (form === 'oauth' || (form === 'feed' && [401, 403].includes(status)))
    return defectOfOAuth(status, type, challenge, body);
  if (form === 'feed' && /^application\/json\b/.test(type)) return defectOfFeed(status, body);
  return defectOfProblem(status, type, challenge, body);
}

function defectOfProblem(status: number, type: string, challenge: string, body: unknown): string | undefined {
  if (!/^application\/problem\+json\b/.test(type)) return `${status} with the type ${type}`;
  const problem = (typeof body === 'string' ? JSON.parse(body) : body) as Record<string, unknown>;
  if (problem['status'] !== status || !/^[a-z_]+$/.test(String(problem['code'])))
    return `${status} with the problem ${JSON.stringify(problem)}`;
  return status === 401 && !/^Bearer\b/.test(challenge) ? '401 without a challenge' : undefined;
}

/** RFC 6749 §5.2. */
function defectOfOAuth(status: number, type: string, challenge: string, body: unknown): string | undefined {
  if (!/^application\/json\b/.test(type)) return `${status} with the type ${type}`;
  const { error, error_description: description, ...others } = Object(body) as Record<string, unknown>;
  const isError = OAUTH_CODE.test(String(error)) && OAUTH_TEXT.test(String(description));
  if (!isError || Object.keys(others).length > 0) return `${status} with the error ${JSON.stringify(body)}`;
  if ((status === 401) !== (error === 'invalid_client')) return `${status} ${String(error)}`;
  return status === 401 && !/^Basic\b/.test(challenge) ? '401 without a challenge' : undefined;
}

/** RFC 8936 §2.6. */
function defectOfFeed(status: number, body: unknown): string | undefined {
  const { err } = Object(body) as Record<string, unknown>;
  return status === 400 && err === 'invalid_request' ? undefined : `${status} ${JSON.stringify(body)}`;
}
