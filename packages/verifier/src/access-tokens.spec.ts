import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Session } from '../test/test-issuer.js';
import { VirtualWorld } from '../test/virtual-world.js';

const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('access tokens', () => {
  let world: VirtualWorld;
  let session: Session;
  beforeEach(async () => {
    world = await VirtualWorld.createFresh();
    ({ session } = await world.issuer.logIn());
  });
  afterEach(() => world.close());

  it.each([
    ['another issuer', { iss: 'https://other.test' }],
    ['another audience', { aud: 'https://other.test' }],
    ['no audience', { aud: undefined }],
    ['no subject', { sub: undefined }],
    ['no session', { sid: undefined }],
    ['no client', { client_id: undefined }],
    ['no id', { jti: undefined }],
    ['no time of issue', { iat: undefined }],
    ['no expiry', { exp: undefined }],
    ['no role', { role: undefined }],
    ['a role that is no text', { role: ['admin'] }],
    ['a begin of validity in the future', { nbf: 4_000_000_000 }],
  ])('are refused with %s', async (_, claims) =>
    expect(await world.verify(await world.issuer.tokenFor(session, claims))).toBe('token_invalid'),
  );

  it.each([
    ['the type of a refresh token', { typ: 'rt+jwt' }],
    ['the type of a security event token', { typ: 'secevent+jwt' }],
    ['no type', { typ: undefined }],
    ['no key id', { kid: undefined }],
    ['a critical extension', { crit: ['b64'], b64: true }],
  ])('are refused with a header that has %s', async (_, header) => {
    const token = world.issuer.tokenFor(session, {}, header);
    expect(await world.verify(await token)).toBe('token_invalid');
  });

  it('are accepted with the type in its long form, and with several audiences', async () => {
    const { url } = world.issuer;
    const claims = { aud: ['https://other.test', url] };
    const token = await world.issuer.tokenFor(session, claims, { typ: 'application/at+jwt' });
    expect(await world.verify(token)).toMatchObject({ sub: session.sub });
  });

  it('are refused when their algorithm is none or uses a shared secret', async () => {
    const token = await world.issuer.tokenFor(session);
    const [header = '', payload = ''] = token.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const unsigned = `${b64({ alg: 'none', kid, typ: 'at+jwt' })}.${payload}.`;
    expect(await world.verify(unsigned)).toBe('token_invalid');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const symmetric = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256', kid, typ: 'at+jwt' })
      .sign(new TextEncoder().encode('a key that everybody can read in the key set'));
    expect(await world.verify(symmetric)).toBe('token_invalid');
  });

  it('are refused when they are signed by a key in their own header', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = await exportJWK(publicKey);
    const token = await world.issuer.tokenFor(session);
    const [header = '', payload = ''] = token.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt', jwk, jku: 'https://evil.test/keys' })
      .sign(privateKey);
    expect(await world.verify(forged)).toBe('token_invalid');
    expect(world.exchanges.filter(({ path }) => path === '/keys')).toEqual([]);
  });

  it('are refused after a change of one character', async () => {
    const token = await world.issuer.tokenFor(session);
    const at = token.lastIndexOf('.') - 2;
    const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    expect(await world.verify(changed)).toBe('token_invalid');
  });

  it.each([
    ['empty', ''],
    ['x', 'x'],
    ['a.b.c', 'a.b.c'],
    ['100 dots', '.'.repeat(100)],
    ['10,000 letters', 'x'.repeat(10_000)],
  ])('are refused when the text is %s', async (_, token) =>
    expect(await world.verify(token)).toBe('token_invalid'),
  );

  it('are refused when they are not text', async () => {
    for (const token of [undefined, null, 1, {}, []])
      expect(await world.verify(token as string)).toBe('token_invalid');
  });

  it('are checked for expiry each time, also when the verifier remembers them', async () => {
    const nowSeconds = Math.floor(world.clock.wall / 1000);
    const token = await world.issuer.tokenFor(session, { exp: nowSeconds + 5 });
    expect(await world.verify(token)).toMatchObject({ sub: session.sub });
    await world.run(5500);
    expect(await world.verify(token)).toBe('token_expired');
    expect(await world.verify(await world.issuer.tokenFor(session, { exp: nowSeconds }))).toBe(
      'token_expired',
    );
  });

  it.each([
    ['slow', -7_200_000],
    ['fast', 7_200_000],
  ])('are checked for expiry by the issuer’s clock when the receiver’s is %s', async (_, aheadMs) => {
    world.clock.wall += aheadMs;
    // The answer to a poll that was sent before may be taken for an old one.
    await world.run(1000);
    const token = await world.issuer.tokenFor(session, { exp: Math.floor(world.issuerSeconds) + 10 });
    expect(await world.verifyMeanwhile(token)).toMatchObject({ sub: session.sub });
    await world.run(11_000);
    expect(await world.verify(token)).toBe('token_expired');
  });

  it('are refused when a remembered signature is under other claims', async () => {
    const token = await world.issuer.tokenFor(session);
    expect(await world.verify(token)).toMatchObject({ role: 'student' });
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = `${header}.${b64({ ...claims, role: 'admin' })}.${signature}`;
    expect(await world.verify(forged)).toBe('token_invalid');
    expect(await world.verify(token)).toMatchObject({ role: 'student' });
  });

  it('have claims that are not given to two callers as one object', async () => {
    const token = await world.issuer.tokenFor(session);
    await world.verify(token);
    const first = world.verifier.verifyAtOnce(token);
    expect(first).toMatchObject({ sub: session.sub, role: 'student' });
    Object.assign(first!, { role: 'admin' });
    expect(world.verifier.verifyAtOnce(token)).toMatchObject({ role: 'student' });
  });

  it('are remembered longest when they are used', async () => {
    await world.close();
    world = await VirtualWorld.createFresh({ maxTokens: 3 });
    const logIn = async () => (await world.issuer.logIn()).token;
    const [used, unused] = [await logIn(), await logIn()];
    for (const token of [used, unused, used]) await world.verify(token);
    for (let count = 0; count < 2; count += 1) await world.verify(await logIn());
    expect(world.verifier.verifyAtOnce(used)).toBeDefined();
    expect(world.verifier.verifyAtOnce(unused)).toBeUndefined();
  });

  it('are remembered up to the number that the options set', async () => {
    await world.close();
    world = await VirtualWorld.createFresh({ maxTokens: 3 });
    for (let count = 0; count < 10; count += 1) await world.verify((await world.issuer.logIn()).token);
    expect(world.verifier.status().tokens).toBe(3);
  });
});
