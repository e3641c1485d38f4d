import { VirtualWorld } from '../test/virtual-world.js';
import { createVerifier, MisconfigurationError } from './index.js';

const OPTIONS = { issuer: 'https://auth.test', clientId: 'id', clientSecret: 'a secret' };

describe('createVerifier', () => {
  it.each([
    ['issuer', { issuer: 'auth.test' }],
    ['issuer', { issuer: 'https://auth.test/' }],
    ['issuer', { issuer: 'ftp://auth.test' }],
    ['url', { url: 'https://auth.internal/' }],
    ['url', { url: '' }],
    ['clientId', { clientId: '' }],
    ['clientSecret', { clientSecret: undefined as unknown as string }],
    ['audience', { audience: '' }],
    ['mode', { mode: 'local' as 'feed' }],
    ['maxStalenessMs', { maxStalenessMs: 99 }],
    ['maxStalenessMs', { maxStalenessMs: Number.NaN }],
    ['requestTimeoutMs', { requestTimeoutMs: 0 }],
    ['maxTokens', { maxTokens: 0.5 }],
  ])('refuses a wrong %s, and does not repeat its value', async (name, option) => {
    const refusal = await createVerifier({ ...OPTIONS, ...option }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(TypeError);
    expect((refusal as Error).message).toMatch(new RegExp(`^${name} must be`));
    expect((refusal as Error).message).not.toContain('a secret');
  });

  it.each([
    ['belongs to another issuer', { issuer: 'https://other.test' }],
    ['signs with a shared secret', { jwks_uri: undefined }],
    ['would get the credentials without TLS', { introspection_endpoint: 'http://auth.test/introspect' }],
  ])('refuses an issuer that %s', async (_, metadata) => {
    const created = VirtualWorld.create({}, (issuer) => {
      issuer.metadata = metadata;
    });
    await expect(created).rejects.toThrow(MisconfigurationError);
  });

  it('names both issuers when the metadata belong to another one', async () => {
    const created = VirtualWorld.create({}, (issuer) => {
      issuer.metadata = { issuer: 'https://localhost' };
    });
    await expect(created).rejects.toThrow('another issuer: "https://localhost", not "https://auth.test"');
  });

  it('names both remedies when the issuer signs with a shared secret', async () => {
    const created = VirtualWorld.create({}, (issuer) => {
      issuer.metadata = { jwks_uri: undefined };
    });
    await expect(created).rejects.toThrow('use mode introspect, or set SIGNING_KEYS_FILE on the service');
  });

  it('asks the issuer at the address that is given, and takes its tokens by its name', async () => {
    const world = await VirtualWorld.createFresh({ url: 'http://auth.internal:8000' });
    const { token, session } = await world.issuer.logIn();
    expect(await world.verify(token)).toMatchObject({ role: 'student' });
    await world.revoke(session, 200);
    expect(await world.verify(token)).toBe('token_revoked');
    expect([...world.origins]).toEqual(['http://auth.internal:8000']);
    await world.close();
  });

  it('needs no keys for the mode introspect', async () => {
    const world = await VirtualWorld.create({ mode: 'introspect' }, (issuer) => {
      issuer.metadata = { jwks_uri: undefined };
    });
    const { token } = await world.issuer.logIn();
    expect(await world.verify(token)).toMatchObject({ role: 'student' });
    await world.close();
  });

  it('reports that the issuer is away, and returns a verifier that is unavailable until the issuer answers', async () => {
    const world = await VirtualWorld.create({}, (_, created) => {
      created.isAway = true;
    });
    expect(world.errors).toEqual(['/.well-known/oauth-authorization-server: the connection was cut']);
    const { token } = await world.issuer.logIn();
    expect(await world.verifyMeanwhile(token)).toBe('unavailable');
    world.isAway = false;
    await world.untilFresh();
    expect(await world.verifyMeanwhile(token)).toMatchObject({ role: 'student' });
    await world.close();
  });
});
