import { VirtualWorld } from '../test/virtual-world.js';
import type { Principal, Revocation, Watch, WatchEnd } from './index.js';

const BOUND_MS = 1000;
const TICK_MS = BOUND_MS / 10;

describe('a watch of a token', () => {
  let world: VirtualWorld;
  let ends: WatchEnd[];
  let changes: Principal[];

  const watch = (token: string): Promise<Watch> =>
    world.serveUntil(
      world.verifier.watch(token, {
        onEnd: (end) => ends.push(end),
        onChange: (principal) => changes.push(principal),
      }),
    );

  beforeEach(async () => {
    [ends, changes] = [[], []];
    world = await VirtualWorld.createFresh();
  });
  afterEach(() => world.close());

  it('ends with the reason of the issuer as soon as the feed brings the revocation', async () => {
    const { token, session } = await world.issuer.logIn();
    const { principal } = await watch(token);
    expect(principal).toMatchObject({ sub: session.sub, sid: session.sid, role: 'student' });
    world.issuer.revoke(session, 'revoked_by_admin');
    await world.run(40);
    expect(ends).toEqual([{ code: 'token_revoked', reason: 'revoked_by_admin' }]);
    expect(world.verifier.status()).toMatchObject({ watches: 0, introspections: 0 });
  });

  it('ends with the last session of a user, and leaves other users alone', async () => {
    const { token, session } = await world.issuer.logIn();
    const other = await world.issuer.logIn({ sub: session.sub });
    const stranger = await world.issuer.logIn();
    await Promise.all([token, other.token, stranger.token].map(watch));
    world.issuer.delete(session.sub);
    await world.run(40);
    expect(ends).toEqual(Array(2).fill({ code: 'token_revoked', reason: 'user_deleted' }));
    expect(world.verifier.status().watches).toBe(1);
  });

  it('leaves the other sessions of the user alone', async () => {
    const { token, session } = await world.issuer.logIn();
    await watch((await world.issuer.logIn({ sub: session.sub })).token);
    await watch(token);
    await world.revoke(session, 40);
    expect(ends).toHaveLength(1);
    expect(world.verifier.status().watches).toBe(1);
  });

  it('ends when the token expires', async () => {
    const { token } = await world.issuer.logIn();
    await watch(token);
    await world.skip((world.issuer.lifetimeSeconds - 60) * 1000);
    expect(ends).toEqual([]);
    await world.skip(60_000);
    await world.run(TICK_MS);
    expect(ends).toEqual([{ code: 'token_expired' }]);
  });

  it('goes on with a newer token of the session, and of no other', async () => {
    const { token, session } = await world.issuer.logIn();
    const watched = await watch(token);
    await world.skip((world.issuer.lifetimeSeconds - 60) * 1000);
    const foreign = await world.issuer.logIn({ sub: session.sub });
    const renewal = world.serveUntil(watched.renew(foreign.token));
    await expect(renewal).rejects.toMatchObject({ code: 'token_invalid' });
    await world.serveUntil(watched.renew(await world.issuer.tokenFor(session)));
    await world.skip(120_000);
    expect(ends).toEqual([]);
    await world.revoke(session, 40);
    expect(ends).toEqual([{ code: 'token_revoked', reason: 'logout' }]);
  });

  it('tells of another role of the user', async () => {
    const { token, session } = await world.issuer.logIn();
    const watched = await watch(token);
    world.issuer.change(session.sub, { role: 'admin' });
    await world.run(40 + TICK_MS);
    expect(changes).toEqual([expect.objectContaining({ sub: session.sub, role: 'admin' })]);
    expect(watched.principal.role).toBe('admin');
    expect(ends).toEqual([]);
  });

  it('ends by introspection a tenth of the bound after a request would be refused, while the feed is cut', async () => {
    const { token, session } = await world.issuer.logIn();
    await watch(token);
    world.issuer.revoke(session);
    for (let passed = 0; passed < BOUND_MS + 2 * TICK_MS; passed += 20) {
      world.clock.pass(20);
      world.clock.runDue();
      await world.serve(({ poll }) => poll === undefined);
      await new Promise(setImmediate);
    }
    expect(ends).toEqual([{ code: 'token_revoked' }]);
  });

  it('ends as unavailable when the issuer is out of reach for longer than the bound', async () => {
    const { token } = await world.issuer.logIn();
    await watch(token);
    world.isAway = true;
    await world.run(BOUND_MS / 2);
    expect(ends).toEqual([]);
    await world.run(BOUND_MS);
    expect(ends).toEqual([{ code: 'unavailable' }]);
  });

  it('ends as unavailable with the verifier, and says nothing after its own close', async () => {
    const { token } = await world.issuer.logIn();
    const closed = await watch(token);
    await watch(token);
    closed.close();
    await world.close();
    expect(ends).toEqual([{ code: 'unavailable' }]);
    await expect(watch(token)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is not made for a token that is refused', async () => {
    const { token, session } = await world.issuer.logIn();
    await world.revoke(session, 40);
    await expect(watch(token)).rejects.toMatchObject({ code: 'token_revoked' });
    expect(world.verifier.status().watches).toBe(0);
  });
});

describe('a listener for revocations', () => {
  it('gets each revocation with its user, session and reason, until it is removed', async () => {
    const world = await VirtualWorld.createFresh();
    const heard: Revocation[] = [];
    world.verifier.onRevoked(() => {
      throw new Error('a defect of the application');
    });
    const remove = world.verifier.onRevoked((revocation) => heard.push(revocation));
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => world.issuer.logIn()));
    world.issuer.revoke(first!.session);
    world.issuer.change(second!.session.sub, { role: 'admin' });
    world.issuer.delete(second!.session.sub);
    await world.run(40);
    expect(heard).toEqual([
      { sub: first!.session.sub, sid: first!.session.sid, reason: 'logout' },
      { sub: second!.session.sub, reason: 'user_deleted' },
    ]);
    expect(world.errors).toEqual(['a defect of the application']);
    remove();
    world.issuer.revoke(third!.session);
    await world.run(40);
    expect(heard).toHaveLength(2);
    await world.close();
  });

  it('is refused in the mode introspect, where a watch asks the issuer', async () => {
    const world = await VirtualWorld.create({ mode: 'introspect' });
    expect(() => world.verifier.onRevoked(() => undefined)).toThrow('onRevoked needs the mode feed');
    const { token, session } = await world.issuer.logIn();
    const ends: WatchEnd[] = [];
    await world.serveUntil(world.verifier.watch(token, { onEnd: (end) => ends.push(end) }));
    world.issuer.revoke(session);
    await world.run(2 * BOUND_MS);
    expect(ends).toEqual([{ code: 'token_revoked' }]);
    await world.close();
  });
});
