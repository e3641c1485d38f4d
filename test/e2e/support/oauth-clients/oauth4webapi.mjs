// Does by oauth4webapi what a service does that logs a user in: node oauth4webapi.mjs <JSON of the task>
import * as oauth from 'oauth4webapi';

const { issuer, id, secret, username, password, method } = JSON.parse(process.argv[2]);
const options = { [oauth.allowInsecureRequests]: true };
const discovered = await oauth.discoveryRequest(new URL(issuer), { ...options, algorithm: 'oauth2' });
const server = await oauth.processDiscoveryResponse(new URL(issuer), discovered);
const client = { client_id: id };
const credentials = oauth[method](secret);

async function logIn() {
  const form = new globalThis.URLSearchParams({ username, password });
  const answer = await oauth.genericTokenEndpointRequest(
    server,
    client,
    credentials,
    'password',
    form,
    options,
  );
  return oauth.processGenericTokenEndpointResponse(server, client, answer);
}

async function refresh(token) {
  const answer = await oauth.refreshTokenGrantRequest(server, client, credentials, token, options);
  return oauth.processRefreshTokenResponse(server, client, answer);
}

async function validate(token) {
  const headers = { authorization: `Bearer ${token}` };
  const request = new globalThis.Request('https://api.example/', { headers });
  return oauth.validateJwtAccessToken(server, request, issuer, options);
}

async function introspect(token) {
  const answer = await oauth.introspectionRequest(server, client, credentials, token, options);
  return oauth.processIntrospectionResponse(server, client, answer);
}

async function revoke(token) {
  const answer = await oauth.revocationRequest(server, client, credentials, token, options);
  await oauth.processRevocationResponse(answer);
}

const first = await logIn();
const second = await refresh(first.refresh_token);
const claims = await validate(second.access_token);
const live = await introspect(second.access_token);
await revoke(second.access_token);
const ended = await introspect(second.access_token);
await revoke('unknown');
const { error } = await refresh(second.refresh_token).catch((refused) => refused);
process.stdout.write(JSON.stringify({ server, claims, live, ended, error }));
