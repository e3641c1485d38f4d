import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { OAuthError } from '../http/oauth-error.js';

/** The parameters of a request, by name. Those without a value are absent (RFC 6749 §3.2). */
export type OAuthParameters = ReadonlyMap<string, string>;

const FORM = /^application\/x-www-form-urlencoded\b/i;

/**
 * The form in the body of the request. Parameters that no specification knows are in it too, to be ignored.
 * @throws OAuthError `invalid_request` for another body, for a parameter that is there twice (RFC 6749 §3.2), and for a query, into
 *   which secrets must not be put (RFC 6749 §2.3.1)
 */
export const OAuthForm = createParamDecorator((_: unknown, context: ExecutionContext) =>
  parametersOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

export function parametersOf({ headers, body, url }: FastifyRequest): OAuthParameters {
  if (url.includes('?')) throw malformed('Send the parameters in the body, not in the URL');
  if (!FORM.test(headers['content-type'] ?? ''))
    throw malformed('Send the parameters as application/x-www-form-urlencoded');
  const parameters = Object.entries((body ?? {}) as Record<string, string | string[]>);
  if (parameters.some(([, value]) => Array.isArray(value))) throw malformed('A parameter is there twice');
  return new Map((parameters as [string, string][]).filter(([, value]) => value !== ''));
}

/** @throws OAuthError `invalid_request` when it is absent */
export function demandParameter(parameters: OAuthParameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw malformed(`The parameter ${name} is missing`);
  return value;
}

const malformed = (description: string) => new OAuthError('invalid_request', description);
