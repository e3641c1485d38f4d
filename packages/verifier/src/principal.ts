import { isNumber, isText, type JsonObject } from './json.js';

/** Who a token belongs to, by the claims of RFC 9068 and the session. */
export interface Principal {
  /** The user's id. */
  sub: string;
  /** The session's id. */
  sid: string;
  /** The user's role as it is now, not as it was when the token was issued. */
  role: string;
  client_id: string;
  jti: string;
  /** Seconds since 1970, whole ones. */
  iat: number;
  exp: number;
  /** When the user logged in; seconds since 1970. */
  auth_time?: number;
}

const TEXTS = ['sub', 'sid', 'role', 'client_id', 'jti'] as const;
const NUMBERS = ['iat', 'exp'] as const;

/** From the claims of a token or from the members of an introspection; `undefined` when one is missing. */
export function principalOf(claims: JsonObject): Principal | undefined {
  const isComplete =
    TEXTS.every((name) => isText(claims[name])) && NUMBERS.every((name) => isNumber(claims[name]));
  if (!isComplete) return undefined;
  const { sub, sid, role, client_id, jti, iat, exp, auth_time } = claims as unknown as Principal;
  return { sub, sid, role, client_id, jti, iat, exp, ...(isNumber(auth_time) ? { auth_time } : {}) };
}
