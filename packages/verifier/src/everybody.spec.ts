import { VirtualWorld } from '../test/virtual-world.js';
import type { Revocation, WatchEnd } from './index.js';

const REASON = 'ended_for_everybody';

describe("when the issuer ends everybody's sessions, a verifier", () => {
  let world: VirtualWorld;
  beforeEach(async () => (world = await VirtualWorld.createFresh()));
  afterEach(() => world.close());
  const introspections = () => world.verifier.status().introspections;
  /** Long enough that a token is not of the second of an event. */
  const aWhile = () => world.run(2000);

  async function endEverybody(): Promise<void> {
    world.issuer.endEverybody();
    await world.run(40);
  }

  it('refuses the tokens of all users without asking', async () => {
    const logins = await Promise.all(Array.from({ length: 5 }, () => world.issuer.logIn()));
    for (const { token } of logins) expect(await world.verify(token)).toMatchObject({ role: 'student' });
    await aWhile();
    await endEverybody();
    for (const { token } of logins) expect(await world.verify(token)).toBe('token_revoked');
    expect(world.verifier.status()).toMatchObject({ introspections: 0, revocations: 1, fresh: true });
  });

  it('asks about a token of the same second, and about one of the next seconds', async () => {
    const before = await world.issuer.logIn();
    await endEverybody();
    const after = await world.issuer.logIn();
    expect(await world.verify(before.token)).toBe('token_revoked');
    expect(await world.verify(after.token)).toMatchObject({ sid: after.session.sid });
    expect(introspections()).toBe(2);
  });

  it('refuses a token that was issued by a refresh while the end was being committed', async () => {
    const { session } = await world.issuer.logIn();
    await endEverybody();
    await world.run(500);
    expect(await world.verify(await world.issuer.tokenFor(session))).toBe('token_revoked');
  });

  it('accepts a later session without asking', async () => {
    await endEverybody();
    await world.run(8000);
    const { token, session } = await world.issuer.logIn();
    expect(await world.verify(token)).toMatchObject({ sid: session.sid });
    expect(introspections()).toBe(0);
  });

  it('that starts later refuses the tokens from before, and accepts those of later sessions', async () => {
    const tokens: string[] = [];
    const later = await VirtualWorld.create({}, async (issuer, { clock }) => {
      tokens.push((await issuer.logIn()).token);
      clock.pass(2000);
      issuer.endEverybody();
      clock.pass(2000);
      tokens.push((await issuer.logIn()).token);
    });
    await later.untilFresh();
    expect(await later.verify(tokens[0]!)).toBe('token_revoked');
    expect(await later.verify(tokens[1]!)).toMatchObject({ role: 'student' });
    await later.close();
  });

  it('that has lost the event refuses the tokens from before', async () => {
    const { token } = await world.issuer.logIn();
    await aWhile();
    world.issuer.endEverybody();
    world.issuer.deleteLog();
    await world.run(1000);
    expect(await world.verify(token)).toBe('token_revoked');
  });

  it('lets the issuer decide after its clock was set back', async () => {
    await aWhile();
    const { token } = await world.issuer.logIn();
    await aWhile();
    await endEverybody();
    world.issuerAheadSeconds = -600;
    await world.run(500);
    const after = await world.issuer.logIn();
    expect(await world.verify(token)).toBe('token_revoked');
    expect(await world.verify(after.token)).toMatchObject({ sid: after.session.sid });
  });

  it('ends the watches of all sessions with the reason, and not those of later ones', async () => {
    const ends: WatchEnd[] = [];
    const watch = (token: string) =>
      world.serveUntil(world.verifier.watch(token, { onEnd: (end) => ends.push(end) }));
    for (const { token } of [await world.issuer.logIn(), await world.issuer.logIn()]) await watch(token);
    await aWhile();
    await endEverybody();
    expect(ends).toEqual(Array(2).fill({ code: 'token_revoked', reason: REASON }));
    await watch((await world.issuer.logIn()).token);
    await world.run(500);
    expect(world.verifier.status().watches).toBe(1);
  });

  it('calls listeners once, without a user', async () => {
    const heard: Revocation[] = [];
    world.verifier.onRevoked((revocation) => heard.push(revocation));
    await world.issuer.logIn();
    await endEverybody();
    expect(heard).toEqual([{ reason: REASON }]);
  });

  it('takes the event of another issuer for a lost one', async () => {
    const { token } = await world.issuer.logIn();
    world.issuer.append({
      sub_id: { format: 'complex', tenant: { format: 'uri', uri: 'https://other.test' } },
      events: { 'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {} },
    });
    await world.run(1000);
    expect(await world.verify(token)).toMatchObject({ role: 'student' });
    expect(world.verifier.status()).toMatchObject({ fresh: false, introspections: 1 });
  });
});
