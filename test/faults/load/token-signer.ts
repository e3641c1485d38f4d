import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { TEST_ISSUER } from '../../support/app/app-process.js';

const APP_NAME = 'ergodrive-backend';
export const TOKEN_LIFE_SECONDS = 1800;

/** The secret that all instances of a run share. */
export const JWT_SECRET = randomBytes(48).toString('base64');

const key = createSecretKey(Buffer.from(JWT_SECRET));

/** An access token of a session that was written straight into the database. */
export const signAccess = (userId: string, sessionId: string, lifeSeconds = TOKEN_LIFE_SECONDS): string => {
  const authTime = Math.floor(Date.now() / 1000);
  const claims = { sid: sessionId, client_id: APP_NAME, auth_time: authTime, role: 'student' };
  return jwt.sign(claims, key, options('at+jwt', TEST_ISSUER, userId, randomUUID(), lifeSeconds));
};

/** Its refresh token. @param tokenId the session's `refresh_jti` */
export const signRefresh = (userId: string, sessionId: string, tokenId: string): string =>
  jwt.sign({ sid: sessionId }, key, options('rt+jwt', APP_NAME, userId, tokenId, TOKEN_LIFE_SECONDS));

const options = (typ: string, issuer: string, subject: string, jwtid: string, expiresIn: number) => ({
  header: { alg: 'HS256', typ },
  issuer,
  audience: issuer,
  subject,
  jwtid,
  expiresIn,
});
