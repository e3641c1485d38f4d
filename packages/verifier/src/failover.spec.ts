import { VirtualWorld } from '../test/virtual-world.js';

const LIFE_MS = 1_800_000;
const HOURS = 7200;

describe('after a failover of the issuer’s database, a verifier', () => {
  let world: VirtualWorld;
  beforeEach(async () => (world = await VirtualWorld.createFresh()));
  afterEach(() => world.close());
  const introspections = () => world.verifier.status().introspections;
  /** Until the feed was heard again, and long enough that introspections are kept. */
  const settle = async () => {
    await world.run(500);
    await world.untilFresh();
    await world.run(3500);
  };
  /** The issuer's clock, from now on, in the same history. */
  const setClock = async (aheadSeconds: number) => {
    world.issuerAheadSeconds = aheadSeconds;
    await world.run(500);
  };

  it('accepts a session again whose revocation was lost', async () => {
    const { token, session } = await world.issuer.logIn();
    await world.revoke(session, 500);
    expect(await world.verify(token)).toBe('token_revoked');
    session.isRevoked = false;
    world.failOver();
    await settle();
    for (let times = 0; times < 3; times += 1)
      expect(await world.verify(token)).toMatchObject({ sid: session.sid });
    expect(introspections()).toBe(1);
    await world.revoke(session, 500);
    expect(await world.verify(token)).toBe('token_revoked');
    expect(introspections()).toBe(1);
  });

  it('gives the old role again when its change was lost, and accepts a user whose deletion was lost', async () => {
    const [changed, deleted] = [await world.issuer.logIn(), await world.issuer.logIn()];
    world.issuer.change(changed.session.sub, { role: 'admin' });
    world.issuer.delete(deleted.session.sub);
    await world.run(500);
    expect(await world.verify(changed.token)).toMatchObject({ role: 'admin' });
    expect(await world.verify(deleted.token)).toBe('token_revoked');
    for (const { sub } of [changed.session, deleted.session])
      world.issuer.users.set(sub, { role: 'student', isActive: true });
    world.failOver();
    await settle();
    for (const { token } of [changed, deleted])
      expect(await world.verify(token)).toMatchObject({ role: 'student' });
    expect(world.verifier.status().revocations).toBe(0);
  });

  it('still refuses what was revoked before, as the issuer says', async () => {
    const { token, session } = await world.issuer.logIn();
    await world.revoke(session, 500);
    world.failOver();
    await settle();
    expect(await world.verify(token)).toBe('token_revoked');
    expect(introspections()).toBe(1);
  });

  it('covers no token of the old clock, which was ahead, whatever the feed says', async () => {
    await setClock(120);
    const { token, session } = await world.issuer.logIn();
    await world.run(1000);
    world.issuer.revoke(session);
    world.failOver();
    const { issuerSeconds } = world;
    world.issuer.distort = (answer) => ({ ...answer, covered_from: issuerSeconds });
    await settle();
    expect(await world.verify(token)).toBe('token_revoked');
    expect(introspections()).toBe(1);
    // Also after the feed was read anew in the same history.
    world.issuer.revoke({ ...session, sid: 'another' });
    world.issuer.deleteLog();
    await settle();
    expect(world.verifier.status().restarts).toBe(3);
    expect(await world.verify(token)).toBe('token_revoked');
    expect(introspections()).toBe(2);
  });

  it.each([
    ['ahead', HOURS, 0],
    ['behind', 0, HOURS],
    ['right', -HOURS, 0],
  ])('accepts new tokens although the old clock was %s by hours', async (_, before, after) => {
    await setClock(before);
    const old = await world.issuer.logIn();
    await world.verify(old.token);
    world.failOver(after);
    await settle();
    for (let times = 0; times < 2; times += 1) {
      const { token, session } = await world.issuer.logIn();
      expect(await world.verify(token)).toMatchObject({ sid: session.sid });
      // A token of the old clock proves no time of the new one.
      const outcome = await world.verify(old.token);
      if (before <= after) expect(outcome).toBe('token_expired');
      else expect(outcome).toMatchObject({ sid: old.session.sid });
    }
  });

  it('accepts new tokens although the new clock is behind the receiver’s by hours', async () => {
    world.failOver(-HOURS);
    await settle();
    const { token, session } = await world.issuer.logIn();
    expect(await world.verify(token)).toMatchObject({ sid: session.sid });
  });

  it('refuses a token of the old clock that outlives the entry of its revocation', async () => {
    await setClock(HOURS);
    const { token, session } = await world.issuer.logIn();
    world.failOver();
    await settle();
    expect(await world.verify(token)).toMatchObject({ sid: session.sid });
    await world.revoke(session, 500);
    for (let minutes = 0; minutes <= 60; minutes += 10) {
      await world.skip(LIFE_MS / 3);
      expect(await world.verify(token)).toBe('token_revoked');
    }
    expect(world.verifier.status().revocations).toBe(0);
  });

  it('introspects the role of a token of the old clock, which was ahead, after a change', async () => {
    await setClock(HOURS);
    const { token, session } = await world.issuer.logIn();
    world.failOver();
    await settle();
    expect(await world.verify(token)).toMatchObject({ role: 'student' });
    await world.change(session.sub, { role: 'admin' }, 500);
    expect(await world.verify(token)).toMatchObject({ role: 'admin' });
  });

  it('does not follow answers of the new history before it has restarted', async () => {
    world.issuer.distort = (answer) => ({ ...answer, restarted: false });
    world.failOver();
    await world.run(2000);
    expect(world.verifier.status().fresh).toBe(false);
    expect(world.errors).toEqual(['the feed answered without a restart']);
  });
});

describe('in one history of the issuer’s database, a verifier', () => {
  let world: VirtualWorld;
  beforeEach(async () => (world = await VirtualWorld.createFresh()));
  afterEach(() => world.close());

  it('keeps what it knows when the feed begins anew', async () => {
    const { token, session } = await world.issuer.logIn();
    await world.revoke(session, 500);
    world.issuer.revoke({ ...session, sid: 'another' });
    world.issuer.deleteLog();
    await world.run(500);
    await world.untilFresh();
    expect(await world.verify(token)).toBe('token_revoked');
    expect(world.verifier.status()).toMatchObject({ restarts: 2, introspections: 0, revocations: 1 });
  });

  it('refuses a token that outlives the entry of its revocation, after the issuer’s clock was set back', async () => {
    world.issuerAheadSeconds = HOURS;
    await world.run(500);
    const { token, session } = await world.issuer.logIn();
    expect(await world.verify(token)).toMatchObject({ sid: session.sid });
    world.issuerAheadSeconds = 0;
    await world.run(500);
    await world.revoke(session, 500);
    await world.skip(LIFE_MS + 120_000);
    expect(world.verifier.status().revocations).toBe(0);
    expect(await world.verify(token)).toBe('token_expired');
  });
});
