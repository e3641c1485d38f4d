import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { serveBearers } from './bearer-server.js';

const { AUTH_URL = '', ISSUER_URL = '' } = process.env;
const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', AUTH_URL));
const OPTIONS = { issuer: ISSUER_URL, audience: ISSUER_URL, typ: 'at+jwt' };

/** A service that verifies the signature and the claims of tokens. It learns of no revocation. */
serveBearers(async (token) => {
  try {
    await jwtVerify(token, keys, OPTIONS);
    return true;
  } catch (error) {
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw error;
    return false;
  }
});
