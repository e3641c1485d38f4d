// Does by simple-oauth2 what a service does that logs a user in: node simple-oauth2.mjs <JSON of the task>
import { ResourceOwnerPassword } from 'simple-oauth2';

const { issuer, id, secret, username, password, method } = JSON.parse(process.argv[2]);
const client = new ResourceOwnerPassword({
  client: { id, secret },
  auth: { tokenHost: issuer, tokenPath: '/oauth2/token', revokePath: '/oauth2/revoke' },
  options: { authorizationMethod: method === 'ClientSecretPost' ? 'body' : 'header' },
});

async function statusWith({ token }) {
  const headers = { authorization: `Bearer ${token.access_token}` };
  return (await fetch(`${issuer}/api/v1/users/me`, { headers })).status;
}

const first = await client.getToken({ username, password });
const second = await first.refresh();
const live = await statusWith(second);
await second.revokeAll();
const ended = await statusWith(second);
const { data } = await second.refresh().catch((refused) => refused);
process.stdout.write(JSON.stringify({ live, ended, error: data.payload.error }));
