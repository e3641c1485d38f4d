import { createVerifier, type VerifierError } from '../../../packages/verifier/src/index.js';
import { api } from '../../support/app/api-client.js';
import type { AppProcess } from '../../support/app/app-process.js';
import { basic, type OAuthClient } from '../../support/app/oauth-client.js';
import { waitFor } from '../../support/wait-for.js';
import { Accounts, headerOf } from './accounts.js';
import { POLL_PATH } from './feed-client.js';
import { expectWithinBound } from './within-bound.js';

interface KeySet {
  keys: { kid: string; alg: string }[];
}

/** What a service that others rely on must do: publish its ES256 key, give a client the feed, and let the verifier refuse after a logout. */
export async function expectProtection(app: AppProcess, issuer: string, client: OAuthClient): Promise<void> {
  const anonymous = api(app.url);
  const { email, password } = await new Accounts(anonymous).register({ password: 'of a test for the feed' });
  const tokens = await new Accounts(anonymous).login({ email, password });
  const { body } = await anonymous.get<KeySet>('/.well-known/jwks.json');
  expect(body.keys.map(({ kid, alg }) => ({ kid, alg }))).toEqual([
    { kid: headerOf(tokens.access_token)['kid'], alg: 'ES256' },
  ]);
  const headers = { authorization: basic(client) };
  const polled = await anonymous.post(POLL_PATH, { returnImmediately: true }, { headers });
  expect(polled.status).toBe(200);

  const { id: clientId, secret: clientSecret } = client;
  const verifier = await createVerifier({ issuer, url: app.url, clientId, clientSecret });
  try {
    await waitFor(() => verifier.status().fresh, { what: 'the feed to be followed', timeoutMs: 20_000 });
    const outcome = () =>
      verifier.verify(tokens.access_token).then(
        ({ sub }) => sub,
        (error: unknown) => (error as VerifierError).code,
      );
    await expect(outcome()).resolves.toMatch(/^[0-9a-f-]{36}$/);
    expect((await anonymous.as(tokens.access_token).post('/api/v1/auth/logout')).status).toBe(200);
    await expectWithinBound('token_revoked', outcome, { boundMs: 1000, unavailable: 'unavailable' });
  } finally {
    await verifier.close();
  }
}
