import { VirtualWorld } from '../test/virtual-world.js';

const LIFE_MS = 1_800_000;
const HOUR_MS = 3_600_000;

describe('the feed', () => {
  let world: VirtualWorld;

  const start = async (...args: Parameters<typeof VirtualWorld.create>) => {
    world = await VirtualWorld.create(...args);
    return world;
  };
  const startFresh = async () => (await start()).untilFresh();
  const introspections = () => world.verifier.status().introspections;
  afterEach(() => world.close());

  it('is asked for one token life at the start; until it has answered, tokens are introspected', async () => {
    await start();
    const { token } = await world.issuer.logIn();
    expect(await world.verify(token)).toMatchObject({ role: 'student' });
    expect(introspections()).toBe(1);
    await world.untilFresh();
    const later = await world.issuer.logIn();
    await world.verify(later.token);
    expect(introspections()).toBe(1);
  });

  it('knows at the start what was revoked within one token life', async () => {
    let token = '';
    await start({}, async (issuer) => {
      const login = await issuer.logIn();
      token = login.token;
      issuer.revoke(login.session);
    });
    await world.untilFresh();
    expect(await world.verify(token)).toBe('token_revoked');
    expect(introspections()).toBe(0);
  });

  it('is complete only when no more events are available', async () => {
    await start({}, async (issuer) => {
      const { session } = await issuer.logIn();
      for (let count = 0; count < 1200; count += 1) issuer.revoke(session);
    });
    const { token, session } = await world.issuer.logIn();
    world.issuer.revoke(session);
    for (let pages = 0; pages < 2; pages += 1) {
      await world.serve();
      await world.exchangeOf('/api/v1/events/poll').catch(() => undefined);
      expect(world.verifier.status().fresh).toBe(false);
      world.clock.pass(20);
      world.clock.runDue();
    }
    await world.untilFresh();
    expect(await world.verify(token)).toBe('token_revoked');
    expect(introspections()).toBe(0);
  });

  it('covers no token older than its begin, which is introspected until its state is settled', async () => {
    await startFresh();
    const revoked = await world.issuer.logIn();
    const live = await world.issuer.logIn();
    await world.run(3000);
    world.issuer.revoke(revoked.session);
    world.issuer.deleteLog();
    await world.run(500);
    expect(await world.verify(revoked.token)).toBe('token_revoked');
    await world.verify(live.token);
    expect(introspections()).toBe(2);
    await world.run(3100);
    for (let times = 0; times < 3; times += 1) await world.verify(live.token);
    expect(introspections()).toBe(3);
    const newer = await world.issuer.logIn();
    await world.verify(newer.token);
    expect(introspections()).toBe(3);
  });

  it('discards what introspection said before when it restarts', async () => {
    await startFresh();
    const { token, session } = await world.issuer.logIn();
    await world.run(3000);
    world.issuer.deleteLog();
    await world.run(4000);
    await world.verify(token);
    world.issuer.revoke(session);
    world.issuer.deleteLog();
    await world.run(500);
    expect(await world.verify(token)).toBe('token_revoked');
  });

  it('is not used when its first answer does not announce a restart', async () => {
    await start({}, (issuer) => {
      issuer.distort = (answer) => ({ ...answer, restarted: false });
    });
    await world.run(2000);
    expect(world.verifier.status()).toMatchObject({ fresh: false, stalenessMs: null });
    expect(world.errors).toContain('the feed answered without a restart');
  });

  it('narrows what it covers when an answer says so', async () => {
    await startFresh();
    const { token } = await world.issuer.logIn();
    await world.run(3000);
    const nowSeconds = world.clock.wall / 1000;
    world.issuer.distort = (answer) => ({ ...answer, covered_from: nowSeconds });
    await world.run(400);
    await world.verify(token);
    expect(introspections()).toBe(1);
  });

  it('covers no token of the second after its begin', async () => {
    await startFresh();
    world.issuer.revoke((await world.issuer.logIn()).session);
    world.issuer.deleteLog();
    const beginSeconds = world.issuerSeconds;
    await world.run(4000);
    const { session } = await world.issuer.logIn();
    const ask = async (iat: number) =>
      world.verify(await world.issuer.tokenFor(session, { iat, exp: iat + LIFE_MS / 1000 }));
    await ask(beginSeconds + 0.9);
    expect(introspections()).toBe(1);
    await ask(beginSeconds + 1.1);
    expect(introspections()).toBe(1);
  });

  it('stays complete up to a reading when a later answer ends with an earlier one', async () => {
    await startFresh();
    world.issuer.distort = (answer) => ({ ...answer, complete_to_ms: -5000 });
    const poll = await world.exchangeOf('/api/v1/events/poll');
    await world.answer(poll);
    await world.deliver(poll);
    expect(world.verifier.status().fresh).toBe(true);
  });

  it('applies no answer to a cursor that it has given up', async () => {
    await startFresh();
    await world.skip(61_000);
    const poll = await world.exchangeOf('/api/v1/events/poll');
    world.issuer.lifetimeSeconds *= 2;
    // Such a token makes the feed begin anew, while the answer is on its way.
    await world.verify((await world.issuer.logIn()).token);
    await world.answer(poll);
    await world.deliver(poll);
    expect(world.verifier.status().fresh).toBe(false);
    await world.untilFresh();
    const before = introspections();
    await world.verify((await world.issuer.logIn()).token);
    expect(introspections()).toBe(before);
  });

  it('is reported as refused when the credentials are wrong, and nothing is accepted', async () => {
    await start({ clientSecret: 'wrong' });
    const { token } = await world.issuer.logIn();
    await world.run(1000);
    expect(await world.verify(token)).toBe('unavailable');
    expect(world.errors).toEqual([
      '/api/v1/events/poll: the credentials of the client are refused',
      '/oauth2/introspect: the credentials of the client are refused',
    ]);
  });

  it('takes up no more memory than the revocations of one token life', async () => {
    await startFresh();
    const { session } = await world.issuer.logIn();
    const perRound = 50;
    let most = 0;
    for (let round = 0; round < 40; round += 1) {
      for (let count = 0; count < perRound; count += 1)
        world.issuer.revoke({ ...session, sid: `session ${round} ${count}` });
      await world.run(200);
      most = Math.max(most, world.verifier.status().revocations);
      await world.skip(LIFE_MS / 10);
    }
    // Ten rounds a life, one that is on its way, and the tolerance for clocks.
    expect(most).toBeLessThanOrEqual(12 * perRound);
    expect(most).toBeGreaterThanOrEqual(10 * perRound);
  });

  it('keeps a revoked token refused until the end of its life, also when the receiver’s clock is slow', async () => {
    await start();
    world.issuerAheadSeconds = HOUR_MS / 1000;
    await world.untilFresh();
    const { token, session } = await world.verifiedLogIn();
    await world.revoke(session, 100);
    for (let passed = 0; passed < LIFE_MS + 120_000; passed += 60_000) {
      await world.skip(60_000);
      expect(await world.verify(token)).toMatch(/^token_(revoked|expired)$/);
    }
    expect(await world.verify(token)).toBe('token_expired');
  });

  it('is read anew when tokens live longer than the issuer said', async () => {
    await startFresh();
    world.issuer.lifetimeSeconds *= 2;
    const { token, session } = await world.issuer.logIn();
    world.issuer.revoke(session);
    await world.skip(LIFE_MS + 120_000);
    expect(await world.verify(token)).toBe('token_revoked');
    await world.untilFresh();
    expect(world.verifier.status().restarts).toBeGreaterThan(1);
    const other = await world.issuer.logIn();
    const before = introspections();
    await world.verify(other.token);
    expect(introspections()).toBe(before);
  });
});
