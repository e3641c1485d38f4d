// A service whose requests passport-http-bearer authenticates by introspection, and which answers with what was introspected:
// node passport-http-bearer.mjs <JSON of the task>
import express from 'express';
import * as openid from 'openid-client';
import passport from 'passport';
import { Strategy } from 'passport-http-bearer';

const { issuer, id, secret, port } = JSON.parse(process.argv[2]);
const config = await openid.discovery(new URL(issuer), id, secret, undefined, {
  algorithm: 'oauth2',
  execute: [openid.allowInsecureRequests],
});

passport.use(
  new Strategy((token, done) => {
    openid.tokenIntrospection(config, token).then(
      ({ active, token_type: type, ...claims }) => done(null, active && type === 'Bearer' ? claims : false),
      (error) => done(error),
    );
  }),
);

const app = express();
app.get('/', passport.authenticate('bearer', { session: false }), (request, response) => {
  response.json(request.user);
});
app.listen(port, '127.0.0.1');
