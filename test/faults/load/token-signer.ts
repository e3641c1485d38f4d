import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';

const ISSUER = 'ergodrive-backend';
export const TOKEN_LIFE_SECONDS = 1800;

/** The secret that all instances of a run share. */
export const JWT_SECRET = randomBytes(48).toString('base64');

const key = createSecretKey(Buffer.from(JWT_SECRET));

/** An access token of a session that was written straight into the database. */
export const signAccess = (userId: string, sessionId: string, lifeSeconds = TOKEN_LIFE_SECONDS): string =>
  sign('at+jwt', userId, sessionId, randomUUID(), lifeSeconds);

/** Its refresh token. @param tokenId the session's `refresh_jti` */
export const signRefresh = (userId: string, sessionId: string, tokenId: string): string =>
  sign('rt+jwt', userId, sessionId, tokenId, TOKEN_LIFE_SECONDS);

function sign(typ: string, userId: string, sessionId: string, tokenId: string, expiresIn: number): string {
  return jwt.sign({ sid: sessionId }, key, {
    header: { alg: 'HS256', typ },
    issuer: ISSUER,
    audience: ISSUER,
    subject: userId,
    jwtid: tokenId,
    expiresIn,
  });
}
