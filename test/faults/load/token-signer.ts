import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { SigningKey } from '../../../src/config/signing-key.js';
import { TEST_ISSUER } from '../../support/app/app-process.js';

const APP_NAME = 'ergodrive-backend';
export const TOKEN_LIFE_SECONDS = 1800;

/** The secret that all instances of a run share. */
export const JWT_SECRET = randomBytes(48).toString('base64');

const key = createSecretKey(Buffer.from(JWT_SECRET));

/** An access token of a session that was written straight into the database. */
export const signAccess = (userId: string, sessionId: string, lifeSeconds = TOKEN_LIFE_SECONDS): string =>
  jwt.sign(accessClaims(sessionId), key, accessOptions(TEST_ISSUER, userId, lifeSeconds));

/** The same by a key pair. @param key a private key of `SIGNING_KEYS_FILE` */
export function signAccessBy(key: SigningKey, issuer: string, userId: string, sessionId: string): string {
  if (key.algorithm === 'HS256' || !key.privateKey) throw new Error('the key is not a private one');
  const { algorithm: alg, kid, privateKey } = key;
  const { header, ...claims } = accessOptions(issuer, userId, TOKEN_LIFE_SECONDS);
  return jwt.sign(accessClaims(sessionId), privateKey, { ...claims, header: { ...header, alg, kid } });
}

const accessClaims = (sessionId: string) => {
  const authTime = Math.floor(Date.now() / 1000);
  return { sid: sessionId, client_id: APP_NAME, auth_time: authTime, role: 'student' };
};

/** Its refresh token. @param tokenId the session's `refresh_jti` */
export const signRefresh = (userId: string, sessionId: string, tokenId: string): string =>
  jwt.sign({ sid: sessionId }, key, options('rt+jwt', APP_NAME, userId, tokenId, TOKEN_LIFE_SECONDS));

const accessOptions = (issuer: string, userId: string, lifeSeconds: number) =>
  options('at+jwt', issuer, userId, randomUUID(), lifeSeconds);

const options = (typ: string, issuer: string, subject: string, jwtid: string, expiresIn: number) => ({
  header: { alg: 'HS256', typ },
  issuer,
  audience: issuer,
  subject,
  jwtid,
  expiresIn,
});
