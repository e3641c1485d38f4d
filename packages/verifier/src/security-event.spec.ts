import { VirtualWorld } from '../test/virtual-world.js';

describe('the feed', () => {
  let world: VirtualWorld;
  beforeEach(async () => (world = await VirtualWorld.createFresh()));
  afterEach(() => world.close());

  it.each([
    ['another signature', { jti: 'x' }],
    ['no events', { events: {} }],
    ['another issuer', { iss: 'https://other.test' }],
    ['another audience', { aud: 'https://other.test' }],
    ['another jti', { jti: 'other' }],
    ['a subject of another format', { sub_id: { format: 'email', email: 'a@b.c' } }],
    ['a user of another issuer', userOf('https://other.test')],
  ])(
    'with a security event token with %s counts as lost, and tokens are introspected',
    async (kind, claims) => {
      const { token } = await world.verifiedLogIn();
      if (kind === 'another signature') {
        world.issuer.distort = (answer) => ({ ...answer, sets: { x: forged } });
      }
      world.issuer.append(claims);
      await world.run(1000);
      await world.verify(token);
      expect(world.verifier.status()).toMatchObject({ fresh: false, introspections: 1 });
      expect(world.errors.at(-1)).toContain('a security event token');
    },
  );

  it('recovers from a bad security event token when the log no longer has it', async () => {
    world.issuer.append({ events: {} });
    await world.run(1000);
    expect(world.verifier.status().fresh).toBe(false);
    world.issuer.deleteLog();
    await world.untilFresh();
  });

  it('with an event of an unknown type makes the tokens of its user be introspected', async () => {
    const { token, session } = await world.issuer.logIn();
    const other = await world.issuer.logIn();
    world.issuer.sessions.get(session.sid)!.isRevoked = true;
    world.issuer.tell('https://example.test/event-type/unheard-of', session.sub, {});
    await world.run(100);
    expect(await world.verify(token)).toBe('token_revoked');
    await world.verify(other.token);
    expect(world.verifier.status().introspections).toBe(1);
  });

  it.each(['user-created', 'user-updated', 'user-deleted'])(
    'with the event %s for copies of the users makes no token be introspected, and stays fresh',
    async (name) => {
      const { token, session } = await world.issuer.logIn();
      world.issuer.tell(`${world.issuer.url}/event-types/${name}`, session.sub, {});
      await world.run(100);
      expect(await world.verify(token)).toMatchObject({ sub: session.sub });
      expect(world.verifier.status()).toMatchObject({ fresh: true, introspections: 0 });
    },
  );

  it('with an event of the same name and another issuer makes the tokens of its user be introspected', async () => {
    const { token, session } = await world.issuer.logIn();
    world.issuer.tell('https://other.test/event-types/user-updated', session.sub, {});
    await world.run(100);
    await world.verify(token);
    expect(world.verifier.status().introspections).toBe(1);
  });
});

const forged =
  'eyJhbGciOiJFUzI1NiIsInR5cCI6InNlY2V2ZW50K2p3dCJ9.e30.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

function userOf(iss: string): object {
  return { sub_id: { format: 'complex', user: { format: 'iss_sub', iss, sub: 'x' } }, events: { e: {} } };
}
