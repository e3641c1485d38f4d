// An API that asks the auth service about each token (RFC 7662), with Express and passport.
import express from 'express';
import passport from 'passport';
import { Strategy } from 'passport-http-bearer';

const { ISSUER_URL, CLIENT_ID, CLIENT_SECRET, PORT = '3000' } = process.env;
const authorization = `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64')}`;

/** The account of a token; `false` for a token that is not accepted. Throws when the auth service cannot tell. */
async function accountOf(token) {
  const response = await fetch(`${ISSUER_URL}/oauth2/introspect`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({ token }),
    // The service itself answers within 3 s.
    signal: AbortSignal.timeout(4000),
  });
  if (!response.ok) throw new Error(`introspection was answered with ${response.status}`);
  const { active, token_type, sub, role } = await response.json();
  // Without token_type it is a refresh token.
  return active === true && token_type === 'Bearer' && { id: sub, role };
}

passport.use(
  new Strategy((token, done) => {
    accountOf(token).then((account) => done(null, account), done);
  }),
);

const app = express();
app.get('/orders', passport.authenticate('bearer', { session: false }), (request, response) => {
  response.json(request.user);
});
// Not knowing is not a yes. Express tells an error handler by its four parameters.
app.use((error, _request, response, _next) => {
  console.error(error.message);
  response.status(503).set('Retry-After', '1').end();
});
app.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on ${PORT}`));
