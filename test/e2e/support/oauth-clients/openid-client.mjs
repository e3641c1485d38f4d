// Does by openid-client what a service does that logs a user in: node openid-client.mjs <JSON of the task>
import * as openid from 'openid-client';

const { issuer, id, secret, username, password, method } = JSON.parse(process.argv[2]);
const config = await openid.discovery(new URL(issuer), id, undefined, openid[method](secret), {
  algorithm: 'oauth2',
  execute: [openid.allowInsecureRequests],
});
const introspect = (token) => openid.tokenIntrospection(config, token);

const first = await openid.genericGrantRequest(config, 'password', { username, password });
const second = await openid.refreshTokenGrant(config, first.refresh_token);
const live = await introspect(second.access_token);
await openid.tokenRevocation(config, second.refresh_token);
const ended = await introspect(second.access_token);
await openid.tokenRevocation(config, 'unknown');
const { error } = await openid.refreshTokenGrant(config, second.refresh_token).catch((refused) => refused);
process.stdout.write(JSON.stringify({ server: config.serverMetadata(), live, ended, error }));
