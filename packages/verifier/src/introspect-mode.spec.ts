import { VirtualWorld } from '../test/virtual-world.js';

describe('a verifier in the mode introspect', () => {
  let world: VirtualWorld;
  beforeEach(async () => (world = await VirtualWorld.create({ mode: 'introspect' })));
  afterEach(() => world.close());

  it('asks the issuer for each request, and follows no feed', async () => {
    const { token, session } = await world.issuer.logIn();
    await world.run(2000);
    expect(world.exchanges).toEqual([]);
    for (let times = 0; times < 3; times += 1)
      expect(await world.verify(token)).toMatchObject({ sub: session.sub, sid: session.sid });
    expect(world.verifier.status()).toMatchObject({ mode: 'introspect', introspections: 3 });
  });

  it('accepts no verdict on a question that was asked before the call', async () => {
    const { token, session } = await world.issuer.logIn();
    const first = world.outcome(token);
    const asked = await world.exchangeOf('/oauth2/introspect');
    await world.answer(asked);
    world.issuer.revoke(session);
    const second = world.outcome(token);
    asked.deliver();
    expect(await world.serveUntil(second)).toBe('token_revoked');
    expect(await first).toMatchObject({ sub: session.sub });
  });

  it('says why a token is not active, as far as the token shows it', async () => {
    const { token, session } = await world.issuer.logIn();
    const nowSeconds = Math.floor(world.clock.wall / 1000);
    const expired = await world.issuer.tokenFor(session, { exp: nowSeconds });
    const endless = await world.issuer.tokenFor(session, { exp: undefined });
    world.issuer.revoke(session);
    expect(await world.verify(token)).toBe('token_revoked');
    expect(await world.verify(expired)).toBe('token_expired');
    expect(await world.verify(endless)).toBe('token_invalid');
  });

  it.each([
    ['another issuer', { iss: 'https://other.test' }],
    ['another audience', { aud: 'https://other.test' }],
    ['another type', { token_type: 'refresh_token' }],
  ])('refuses an active token of %s', async (_, members) => {
    const { session } = await world.issuer.logIn();
    expect(await world.verify(await world.issuer.tokenFor(session, members))).toBe('token_revoked');
  });

  it.each([
    ['no member active', { active: undefined }],
    ['no session', { sid: undefined }],
    ['no role', { role: 7 }],
  ])('is unavailable for an answer with %s', async (_, members) => {
    const { token } = await world.issuer.logIn();
    const outcome = world.outcome(token);
    const asked = await world.exchangeOf('/oauth2/introspect');
    asked.answer(200, { ...world.issuer.introspect(token), ...members });
    asked.deliver();
    expect(await outcome).toBe('unavailable');
  });

  it.each([
    ['status 500', 500, {}],
    ['no object', 200, []],
  ])('is unavailable for an answer with %s', async (_, status, body) => {
    const { token } = await world.issuer.logIn();
    const outcome = world.outcome(token);
    const asked = await world.exchangeOf('/oauth2/introspect');
    asked.answer(status, body);
    asked.deliver();
    expect(await outcome).toBe('unavailable');
  });

  it('is unavailable when the issuer does not answer within the bound', async () => {
    const { token } = await world.issuer.logIn();
    const outcome = world.outcome(token);
    await world.exchangeOf('/oauth2/introspect');
    world.clock.pass(1000);
    world.clock.runDue();
    expect(await outcome).toBe('unavailable');
    expect(world.errors).toEqual(['/oauth2/introspect: no answer within 1000 ms']);
  });
});
