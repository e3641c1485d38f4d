// Verifies an access token as other services do, by their libraries, over HTTP and in a process of their own:
// node verify-access-token.mjs <address of the service> <issuer> <access token>
import { createPublicKey } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import jwt from 'jsonwebtoken';
import { allowInsecureRequests, validateJwtAccessToken } from 'oauth4webapi';

const [, , address, issuer, token] = process.argv;
const keysUrl = new URL('/.well-known/jwks.json', address);

async function byOauth4webapi() {
  const server = { issuer, jwks_uri: keysUrl.href };
  const request = new globalThis.Request('https://api.example/', {
    headers: { authorization: `Bearer ${token}` },
  });
  return validateJwtAccessToken(server, request, issuer, { [allowInsecureRequests]: true });
}

async function byJose() {
  const options = { issuer, audience: issuer, typ: 'at+jwt' };
  return (await jwtVerify(token, createRemoteJWKSet(keysUrl), options)).payload;
}

async function byJsonwebtoken() {
  const { keys } = await (await fetch(keysUrl)).json();
  const { header } = jwt.decode(token, { complete: true });
  const key = keys.find(({ kid }) => kid === header.kid);
  const options = { algorithms: [key.alg], issuer, audience: issuer };
  return jwt.verify(token, createPublicKey({ key, format: 'jwk' }), options);
}

const answers = {};
for (const [name, verify] of Object.entries({
  oauth4webapi: byOauth4webapi,
  jose: byJose,
  jsonwebtoken: byJsonwebtoken,
}))
  answers[name] = await verify().catch((error) => `refused: ${error.message}`);
process.stdout.write(JSON.stringify(answers));
