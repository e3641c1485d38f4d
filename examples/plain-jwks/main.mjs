// An API that verifies the signature of tokens by the public keys, and learns nothing of a logout: a token works until it expires.
import { createServer } from 'node:http';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const { ISSUER_URL, PORT = '3000' } = process.env;
const keys = createRemoteJWKSet(new URL(`${ISSUER_URL}/.well-known/jwks.json`));
const expected = {
  algorithms: ['ES256', 'RS256'],
  typ: 'at+jwt',
  issuer: ISSUER_URL,
  audience: ISSUER_URL,
  requiredClaims: ['sub', 'exp'],
};
/** What is wrong with the token, and not with the way to the keys. */
const REFUSALS = [
  errors.JWTInvalid,
  errors.JWTExpired,
  errors.JWTClaimValidationFailed,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JWKSNoMatchingKey,
];

async function answer({ url, headers }) {
  if (url !== '/orders') return { status: 404 };
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '') ?? [];
  if (token === undefined) return { status: 401, headers: { 'www-authenticate': 'Bearer' } };
  try {
    const { payload } = await jwtVerify(token, keys, expected);
    // The role of the moment at which the token was issued.
    return { status: 200, body: { id: payload.sub, role: payload['role'] } };
  } catch (error) {
    if (REFUSALS.some((refusal) => error instanceof refusal))
      return { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
    console.error(error.message);
    return { status: 503, headers: { 'retry-after': '1' } };
  }
}

const server = createServer(async (request, response) => {
  const { status, headers, body } = await answer(request);
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on ${PORT}`));
