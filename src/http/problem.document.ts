import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import { newCounter } from '../common/metrics.js';
import { hasOAuthErrors, oauthErrorOf, sendOAuthError } from './oauth-error.document.js';
import type { Problem } from './problems.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

const problems = newCounter(
  'ergodrive_problems_total',
  'Requests that were answered with an error, by its code, whatever the route',
  ['code'],
);

/** Counts an answer. @param code of the catalogue, of RFC 6749, or of an exception in the code: never of the request */
export function countProblem(code: string): void {
  problems.inc({ code });
}

/**
 * The body of an answer: RFC 9457 problem details, with the id that the log lines of the request have. A malformed request has no
 * line and no id.
 */
export function problemDocument(
  { status, code, detail, errors }: Omit<Problem, 'headers'>,
  requestId?: string,
) {
  const title = STATUS_CODES[status] ?? 'Error';
  return { type: 'about:blank', title, status, code, detail, errors, request_id: requestId };
}

/** Answers with the problem; on an OAuth route, with the error of RFC 6749 that corresponds to it. */
export function sendProblem(reply: FastifyReply, { headers, ...problem }: Problem): void {
  countProblem(problem.code);
  if (hasOAuthErrors(reply.request.url)) return sendOAuthError(reply, oauthErrorOf({ headers, ...problem }));
  void reply
    .status(problem.status)
    .headers({ ...headers, 'content-type': `${PROBLEM_MEDIA_TYPE}; charset=utf-8` })
    .send(JSON.stringify(problemDocument(problem, reply.request.id)));
}
