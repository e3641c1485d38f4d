import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { whenAnswered } from './pending-answers.js';
import { PROBLEM_MEDIA_TYPE, problemDocument } from './problem.document.js';
import { type ProblemCode, problemOf } from './problems.js';
import { API_HEADERS } from './security-headers.js';

/** Node's codes; every other one is a request that cannot be parsed. */
const PROBLEM_OF_ERROR: Record<string, ProblemCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body_too_large',
};

/** Node keeps the request that it reads now in the parser of its socket. */
type HttpSocket = Socket & { parser?: { incoming?: IncomingMessage | null } | null };

/**
 * Answers a malformed or late request, after all earlier ones on the connection, and closes it.
 * A request that was answered before its body broke gets no second answer.
 */
export function answerClientError({ code = '' }: { code?: string }, socket: HttpSocket): void {
  const isAnswered = (): boolean => socket.parser?.incoming?.complete === false;
  // No more of it is parsed while earlier answers are awaited.
  socket.pause();
  whenAnswered(socket, (unanswered) => {
    const canAnswer = socket.writable && (unanswered === undefined ? !isAnswered() : !unanswered.headersSent);
    if (!canAnswer) return void socket.destroy();
    socket.write(rawAnswer(PROBLEM_OF_ERROR[code] ?? 'malformed_request'), () => socket.destroy());
  });
}

function rawAnswer(code: ProblemCode): string {
  const problem = problemOf(code);
  const body = JSON.stringify(problemDocument(problem));
  const headers = {
    ...API_HEADERS,
    'content-type': `${PROBLEM_MEDIA_TYPE}; charset=utf-8`,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n${body}`;
}
