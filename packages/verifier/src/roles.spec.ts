import { VirtualWorld } from '../test/virtual-world.js';

describe('after a change of a user', () => {
  let world: VirtualWorld;
  beforeEach(async () => (world = await VirtualWorld.createFresh()));
  afterEach(() => world.close());
  const introspections = () => world.verifier.status().introspections;

  it('the role is never that of an older token', async () => {
    const { token, session } = await world.issuer.logIn();
    expect(await world.verify(token)).toMatchObject({ role: 'student' });
    await world.change(session.sub, { role: 'admin' }, 100);
    expect(await world.verify(token)).toMatchObject({ role: 'admin' });
    expect(introspections()).toBe(1);
  });

  it('the role is introspected at each request until the change is settled, and then only once', async () => {
    const { token, session } = await world.issuer.logIn();
    await world.change(session.sub, { role: 'admin' }, 100);
    for (let times = 0; times < 2; times += 1) await world.verify(token);
    expect(introspections()).toBe(2);
    await world.run(3100);
    for (let times = 0; times < 3; times += 1)
      expect(await world.verify(token)).toMatchObject({ role: 'admin' });
    expect(introspections()).toBe(3);
    await world.change(session.sub, { role: 'teacher' }, 100);
    expect(await world.verify(token)).toMatchObject({ role: 'teacher' });
    expect(introspections()).toBe(4);
  });

  it('a deactivated user’s tokens are refused', async () => {
    const { token, session } = await world.issuer.logIn();
    await world.change(session.sub, { isActive: false }, 100);
    expect(await world.verify(token)).toBe('token_revoked');
  });

  it('tokens that were issued a few seconds later give their own role again', async () => {
    const { session } = await world.issuer.logIn();
    world.issuer.change(session.sub, { role: 'admin' });
    await world.run(10_000);
    const { token } = await world.issuer.logIn({ sub: session.sub });
    expect(await world.verify(token)).toMatchObject({ role: 'admin' });
    expect(introspections()).toBe(0);
  });

  it('a token counts as older although the changing statement ran long before its commit', async () => {
    await world.run(10_000);
    const { token, session } = await world.issuer.logIn();
    await world.run(1000);
    world.issuer.users.get(session.sub)!.role = 'admin';
    const startedAt = world.clock.wall / 1000 - 60;
    world.issuer.append({
      iat: Math.floor(startedAt),
      sub_id: { format: 'complex', user: { format: 'iss_sub', iss: world.issuer.url, sub: session.sub } },
      events: {
        'https://schemas.openid.net/secevent/caep/event-type/token-claims-change': {
          event_timestamp: startedAt,
        },
      },
    });
    await world.run(100);
    expect(await world.verify(token)).toMatchObject({ role: 'admin' });
  });
});
