import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { IssuerClock } from './issuer-clock.js';
import { isNumber, isObject, isText, type JsonObject } from './json.js';
import type { KeySet } from './key-set.js';
import type { Settings } from './options.js';
import { SIGNATURE_ALGORITHMS } from './signature-algorithms.js';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const SESSION_REVOKED = `${CAEP}session-revoked`;
/** Only clients with the scope `events:users` get them. */
const FOR_COPIES = ['user-created', 'user-updated', 'user-deleted'];

/** `issuedAt`: a time that has passed at the issuer, in seconds since 1970. */
export type SecurityEvent = { readonly issuedAt: number } & (
  | { readonly kind: 'session-revoked'; readonly sid: string; readonly sub: string; readonly reason: string }
  | { readonly kind: 'user-revoked'; readonly sub: string; readonly reason: string }
  /** `endedAt`: every session that was opened before has ended, in seconds since 1970; those of up to `issuedAt` may have. */
  | { readonly kind: 'everybody-revoked'; readonly endedAt: number; readonly reason: string }
  | { readonly kind: 'user-changed'; readonly sub: string }
);

/** A security event token that cannot be relied on. What it was to say is unknown, so it counts as lost. */
export class BadEventError extends Error {
  override readonly name = 'BadEventError';
}

/**
 * Verifies a security event token (RFC 8417) by the keys of the issuer.
 *
 * @returns what it says. Events of an unknown type, and those that revoke nothing, say that the user changed. Those for copies of the users
 *   say nothing about tokens: what concerns tokens has an event of its own
 * @throws BadEventError for a wrong signature, type, issuer, audience, `jti` or subject
 * @throws VerifierError `unavailable` when the keys cannot be read
 */
export async function verifySecurityEvent(
  jti: string,
  token: unknown,
  { issuer, clientId }: Settings,
  keys: KeySet,
  clock: IssuerClock,
): Promise<SecurityEvent[]> {
  if (!isText(token)) throw new BadEventError('a security event token is no text');
  const payload = await verified(token, {
    algorithms: [...SIGNATURE_ALGORITHMS],
    typ: 'secevent+jwt',
    issuer,
    audience: [issuer, clientId],
    currentDate: new Date(clock.nowSeconds() * 1000),
    keys,
  });
  if (payload.jti !== jti) throw new BadEventError('a security event token has another jti');
  return eventsOf(payload, issuer);
}

interface Expected {
  algorithms: string[];
  typ: string;
  issuer: string;
  audience: string[];
  currentDate: Date;
  keys: KeySet;
}

async function verified(token: string, { keys, ...expected }: Expected): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys.keyFor, expected)).payload;
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw new BadEventError(`a security event token is not valid: ${error.code}`, { cause: error });
  }
}

function eventsOf({ iat, sub_id: subject, events }: JWTPayload, issuer: string): SecurityEvent[] {
  if (!isNumber(iat) || !isObject(events)) throw new BadEventError('a security event token has no events');
  const { sub, sid, isEverybody } = subjectOf(subject, issuer);
  const types = Object.entries(events);
  if (types.length === 0) throw new BadEventError('a security event token has no events');
  const own = types.filter(([type]) => !FOR_COPIES.some((name) => type === `${issuer}/event-types/${name}`));
  return own.map(([type, event]): SecurityEvent => {
    const issuedAt = Math.max(iat, timestampOf(event));
    if (isEverybody && type === SESSION_REVOKED)
      return { kind: 'everybody-revoked', endedAt: timestampOf(event), reason: reasonOf(event), issuedAt };
    if (sub === undefined) throw new BadEventError('a security event token names no user');
    if (type !== SESSION_REVOKED) return { kind: 'user-changed', sub, issuedAt };
    const reason = reasonOf(event);
    return sid === undefined
      ? { kind: 'user-revoked', sub, reason, issuedAt }
      : { kind: 'session-revoked', sid, sub, reason, issuedAt };
  });
}

interface Subject {
  readonly sub?: string;
  readonly sid?: string;
  /** Whether nothing but the issuer is named, as the tenant. */
  readonly isEverybody: boolean;
}

/** A subject of the format `complex` (SSF) with a user of this issuer, a session, or both; or with the issuer as the tenant, and nothing else. */
function subjectOf(subject: unknown, issuer: string): Subject {
  const { format, tenant, ...narrower } = isObject(subject) ? subject : ({} as JsonObject);
  if (format !== 'complex') throw new BadEventError('a security event token has an unknown subject');
  if (tenant !== undefined && member(tenant, 'uri', 'uri') !== issuer) {
    throw new BadEventError('a security event token is of another tenant');
  }
  const { user, session } = narrower;
  return {
    isEverybody: tenant !== undefined && Object.keys(narrower).length === 0,
    ...(user === undefined ? {} : { sub: member(user, 'iss_sub', 'sub', issuer) }),
    ...(session === undefined ? {} : { sid: member(session, 'opaque', 'id') }),
  };
}

function member(identifier: unknown, format: string, name: string, issuer?: string): string {
  const { format: found, iss, [name]: value } = isObject(identifier) ? identifier : ({} as JsonObject);
  if (found !== format || iss !== issuer || !isText(value)) {
    throw new BadEventError('a security event token has an unknown subject');
  }
  return value;
}

/** The issuer puts its word into the text for admins (CAEP §2). */
function reasonOf(event: unknown): string {
  const texts = isObject(event) ? event['reason_admin'] : undefined;
  const text = isObject(texts) ? texts['en'] : undefined;
  return isText(text) ? text : 'unknown';
}

const timestampOf = (event: unknown): number =>
  isObject(event) && isNumber(event['event_timestamp']) ? event['event_timestamp'] : -Infinity;
