import { VirtualWorld } from '../test/virtual-world.js';

const BOUND_MS = 1000;

describe('a verifier that follows the feed', () => {
  let world: VirtualWorld;

  beforeEach(async () => {
    world = await VirtualWorld.create();
    await world.untilFresh();
  });

  afterEach(() => world.close());

  it('accepts a token of a live session without asking the issuer', async () => {
    const { token, session } = await world.issuer.logIn();
    expect(await world.verify(token)).toMatchObject({ sub: session.sub, sid: session.sid, role: 'student' });
    expect(world.verifier.status().introspections).toBe(0);
  });

  it('refuses a token whose session was revoked, and keeps accepting others', async () => {
    const { token, session } = await world.issuer.logIn();
    const other = await world.issuer.logIn(session.sub);
    await world.verify(token);
    world.issuer.revoke(session);
    await world.run(100);
    expect(await world.verify(token)).toBe('token_revoked');
    expect(await world.verify(other.token)).toMatchObject({ sub: session.sub });
    expect(world.verifier.status().introspections).toBe(0);
  });

  it('refuses every token of a deleted user', async () => {
    const { token, session } = await world.issuer.logIn();
    world.issuer.delete(session.sub);
    await world.run(100);
    expect(await world.verify(token)).toBe('token_revoked');
    expect(world.verifier.status().introspections).toBe(0);
  });

  it('introspects when the feed was not heard for longer than the bound', async () => {
    const { token, session } = await world.issuer.logIn();
    await world.verify(token);
    world.issuer.revoke(session);
    world.clock.pass(BOUND_MS + 1);
    expect(await world.verify(token)).toBe('token_revoked');
    expect(world.verifier.status()).toMatchObject({ fresh: false, introspections: 1 });
  });

  it('accepts up to the bound after the last complete answer, and no later', async () => {
    const { token } = await world.issuer.logIn();
    await world.verify(token);
    const { stalenessMs } = world.verifier.status();
    world.clock.pass(BOUND_MS - stalenessMs!);
    await world.verify(token);
    expect(world.verifier.status().introspections).toBe(0);
    world.clock.pass(1);
    await world.verify(token);
    expect(world.verifier.status().introspections).toBe(1);
  });
});
