import { VirtualWorld } from '../test/virtual-world.js';

const BOUND_MS = 1000;

describe('a verifier that follows the feed', () => {
  let world: VirtualWorld;
  beforeEach(async () => (world = await VirtualWorld.createFresh()));
  afterEach(() => world.close());

  it('accepts a token of a live session without asking the issuer', async () => {
    const { token, session } = await world.issuer.logIn();
    expect(await world.verify(token)).toMatchObject({ sub: session.sub, sid: session.sid, role: 'student' });
    expect(world.verifier.status().introspections).toBe(0);
  });

  it('refuses a token whose session was revoked, and keeps accepting others', async () => {
    const { token, session } = await world.issuer.logIn();
    const other = await world.issuer.logIn({ sub: session.sub });
    await world.verify(token);
    await world.revoke(session, 100);
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
    const { token, session } = await world.verifiedLogIn();
    world.issuer.revoke(session);
    world.clock.pass(BOUND_MS + 1);
    expect(await world.verify(token)).toBe('token_revoked');
    expect(world.verifier.status()).toMatchObject({ fresh: false, introspections: 1 });
  });

  it('accepts a token up to the bound after the last complete answer, and no longer', async () => {
    const { token } = await world.verifiedLogIn();
    const { stalenessMs } = world.verifier.status();
    world.clock.pass(BOUND_MS - stalenessMs!);
    await world.verify(token);
    expect(world.verifier.status().introspections).toBe(0);
    world.clock.pass(1);
    await world.verify(token);
    expect(world.verifier.status().introspections).toBe(1);
  });

  it('refuses a token by an answer of the feed that came while the issuer was asked', async () => {
    const { token, session } = await world.issuer.logIn();
    world.clock.pass(BOUND_MS + 1);
    const outcome = world.outcome(token);
    const asked = await world.exchangeOf('/oauth2/introspect');
    await world.answer(asked);
    world.issuer.revoke(session);
    await world.serve((exchange) => exchange.poll !== undefined);
    asked.deliver();
    expect(await outcome).toBe('token_revoked');
  });

  it('accepts no verdict that is older than the bound when it arrives', async () => {
    const { token } = await world.issuer.logIn();
    world.clock.pass(BOUND_MS + 1);
    const outcome = world.outcome(token);
    const asked = await world.exchangeOf('/oauth2/introspect');
    await world.answer(asked);
    // A process that is stopped reads the answer when it continues, before its timers run.
    world.clock.pass(BOUND_MS + 1);
    asked.deliver();
    expect(await outcome).toBe('unavailable');
  });

  it('is unavailable, and never open, when neither the feed nor introspection answers', async () => {
    const { token } = await world.verifiedLogIn();
    world.clock.pass(BOUND_MS + 1);
    const outcome = world.outcome(token);
    await world.deliver(await world.exchangeOf('/oauth2/introspect'), 'cut');
    expect(await outcome).toBe('unavailable');
    expect(world.errors.at(-1)).toContain('/oauth2/introspect: the connection was cut');
  });

  it('goes by a feed that has caught up while nobody answered the question', async () => {
    const [live, revoked] = [await world.issuer.logIn(), await world.issuer.logIn()];
    await world.verify(live.token);
    world.clock.pass(BOUND_MS + 1);
    const [accepted, refused] = [world.outcome(live.token), world.outcome(revoked.token)];
    const asked = await world.exchangesOf('/oauth2/introspect', 2);
    world.issuer.revoke(revoked.session);
    await world.serve((exchange) => exchange.poll !== undefined);
    expect(world.verifier.status().fresh).toBe(true);
    for (const each of asked) each.cut();
    expect(await accepted).toMatchObject({ role: 'student' });
    expect(await refused).toBe('token_revoked');
  });

  it('asks anew where the question that it waits for, which is older than the request, stays without an answer', async () => {
    const { token, session } = await world.verifiedLogIn();
    world.clock.pass(BOUND_MS + 1);
    const first = world.outcome(token);
    const asked = await world.exchangeOf('/oauth2/introspect');
    const later = [world.outcome(token), world.outcome(token)];
    await world.deliver(asked, 'cut');
    expect(await first).toBe('unavailable');
    expect(await world.serveUntil(Promise.all(later))).toMatchObject(later.map(() => ({ sub: session.sub })));
    expect(world.verifier.status().introspections).toBe(2);
  });

  it('asks once for all requests with one token that wait at the same time', async () => {
    const { token } = await world.verifiedLogIn();
    world.clock.pass(BOUND_MS + 1);
    const outcomes = Promise.all([world.outcome(token), world.outcome(token), world.outcome(token)]);
    expect(await world.serveUntil(outcomes)).toHaveLength(3);
    expect(world.verifier.status().introspections).toBe(1);
  });

  it('accepts no token by an answer that claims to be complete beyond the present', async () => {
    world.issuer.distort = (answer) => ({ ...answer, complete_to_ms: 1e9 });
    const { token, session } = await world.issuer.logIn();
    await world.run(400);
    await world.verify(token);
    world.issuer.revoke(session);
    world.clock.pass(BOUND_MS + 400);
    expect(await world.verify(token)).toBe('token_revoked');
  });

  it('does not take the arrival of a delayed answer for the time up to which it is complete', async () => {
    const { token, session } = await world.verifiedLogIn();
    const poll = await world.exchangeOf('/api/v1/events/poll');
    await world.answer(poll);
    world.issuer.revoke(session);
    world.clock.pass(BOUND_MS + 1);
    await world.deliver(poll);
    expect(await world.verify(token)).toBe('token_revoked');
    expect(world.verifier.status().introspections).toBe(1);
  });

  it('introspects after the machine was suspended, while its monotonic clock stood still', async () => {
    const { token, session } = await world.verifiedLogIn();
    world.issuer.revoke(session);
    world.clock.wall += 10_000;
    expect(await world.verify(token)).toBe('token_revoked');
  });

  it('introspects after the bound although the wall clock was set back', async () => {
    const { token, session } = await world.verifiedLogIn();
    world.issuer.revoke(session);
    world.clock.pass(BOUND_MS + 1);
    world.clock.wall -= 60_000;
    expect(await world.verify(token)).toBe('token_revoked');
  });

  it('says nothing at once when the issuer must be asked', async () => {
    const { token } = await world.issuer.logIn();
    expect(world.verifier.verifyAtOnce(token)).toBeUndefined();
    await world.verify(token);
    expect(world.verifier.verifyAtOnce(token)).toBeDefined();
    world.clock.pass(BOUND_MS + 1);
    expect(world.verifier.verifyAtOnce(token)).toBeUndefined();
    await world.close();
    world.clock.pass(-BOUND_MS - 1);
    expect(world.verifier.verifyAtOnce(token)).toBeUndefined();
  });

  it('ends its requests when it is closed, and is unavailable afterwards', async () => {
    const { token } = await world.issuer.logIn();
    world.clock.pass(BOUND_MS + 1);
    const outcome = world.outcome(token);
    await world.exchangeOf('/oauth2/introspect');
    await world.close();
    expect(await outcome).toBe('unavailable');
    expect(world.exchanges).toEqual([]);
    expect(await world.outcome(token)).toBe('unavailable');
  });
});
