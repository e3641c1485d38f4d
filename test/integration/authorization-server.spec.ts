import { TEST_ISSUER } from '../support/app/app-process.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { AppInProcess } from './app-in-process.js';

const PATH = '/.well-known/oauth-authorization-server';
const AUTH_METHODS = ['client_secret_basic', 'client_secret_post'];
const METADATA = {
  issuer: TEST_ISSUER,
  token_endpoint: `${TEST_ISSUER}/oauth2/token`,
  introspection_endpoint: `${TEST_ISSUER}/oauth2/introspect`,
  revocation_endpoint: `${TEST_ISSUER}/oauth2/revoke`,
  grant_types_supported: ['password', 'refresh_token'],
  response_types_supported: [],
  token_endpoint_auth_methods_supported: AUTH_METHODS,
  introspection_endpoint_auth_methods_supported: AUTH_METHODS,
  revocation_endpoint_auth_methods_supported: AUTH_METHODS,
};

/** RFC 8414. */
describe('the metadata of the authorization server', () => {
  const metadataOf = async (variables: Readonly<Record<string, string>>) => {
    const database = await createTestDatabase();
    const app = await AppInProcess.start({ DATABASE_URL: database.url, ...variables });
    const { status, headers, body } = await app.call('GET', PATH);
    await app.stop();
    await database.drop();
    expect({ status, cache: headers['cache-control'], type: headers['content-type'] }).toEqual({
      status: 200,
      cache: 'public, max-age=300',
      type: 'application/json; charset=utf-8',
    });
    return body;
  };

  it('names the endpoints, the grants and the authentication methods, and no key set with HS256', async () => {
    await expect(metadataOf({})).resolves.toEqual(METADATA);
  });

  it('names the URL of the key set and the algorithms of its keys when other services can verify tokens with it', async () => {
    for (const algorithms of [['ES256'], ['RS256', 'ES256', 'RS256']] as const) {
      const file = await SigningKeysFile.create(...algorithms);
      await expect(metadataOf({ SIGNING_KEYS_FILE: file.path })).resolves.toEqual({
        ...METADATA,
        jwks_uri: `${TEST_ISSUER}/.well-known/jwks.json`,
        access_token_signing_alg_values_supported: [...new Set(algorithms)],
      });
      await file.remove();
    }
  });
});
