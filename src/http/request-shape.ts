import { invalidField } from './field-error.js';
import { ProblemError } from './problem.error.js';

/** No DTO nests deeper: an object, a list in it, and the elements of the list. */
const MAX_DEPTH = 3;
/** A member name that begins like a JSON text: a JSON body that was sent as a form. */
const JSON_AS_NAME = /^\s*[{[]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Members that class-transformer drops, or that reach the prototype of an object. */
const RESERVED_NAMES = ['__proto__', 'constructor', 'prototype'];

/**
 * Refuses a body or query that no route can take, before it is validated member by member. The answer repeats nothing of it.
 * @throws ProblemError 415 for JSON that was sent as a form, 422 for a body that is no object, that nests too deep, whose text is
 *   not well-formed Unicode, or with a reserved name
 */
export function refuseMalformed(value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('must be an object');
  if (Object.keys(value).some((name) => JSON_AS_NAME.test(name))) {
    const detail = 'The body looks like JSON that was sent as a form. Send `Content-Type: application/json`';
    throw new ProblemError('unsupported_media_type', { detail });
  }
  refuseMalformedPart(value);
}

/** The same for one member, which may be a text. @throws ProblemError 422 */
export function refuseMalformedPart(value: unknown, depth = 1): void {
  if (typeof value === 'string') return refuseText(value);
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw invalid(`must not nest deeper than ${MAX_DEPTH} levels`);
  for (const [name, member] of Object.entries(value)) {
    refuseText(name);
    if (RESERVED_NAMES.includes(name)) throw invalid(`must have no member ${name}`);
    refuseMalformedPart(member, depth + 1);
  }
}

function refuseText(text: string): void {
  if (LONE_SURROGATE.test(text)) throw invalid('must be well-formed Unicode');
}

const invalid = (text: string): ProblemError => invalidField('', { code: 'malformed', text });
