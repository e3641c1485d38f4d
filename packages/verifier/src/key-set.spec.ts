import { setImmediate } from 'node:timers/promises';
import { VirtualWorld } from '../test/virtual-world.js';

const KEYS = '/.well-known/jwks.json';

describe('the keys of the issuer', () => {
  let world: VirtualWorld;
  beforeEach(async () => (world = await VirtualWorld.createFresh()));
  afterEach(() => world.close());

  it('are read again for a token of a new key, without a refusal', async () => {
    const { token, session } = await world.verifiedLogIn();
    await world.issuer.rotate();
    const newer = await world.issuer.tokenFor(session);
    expect(await world.verifyMeanwhile(newer)).toMatchObject({ sub: session.sub });
    expect(await world.verify(token)).toMatchObject({ sub: session.sub });
  });

  it('are read once a second at most, whoever sends tokens of unknown keys', async () => {
    const { session } = await world.issuer.logIn();
    let requests = 0;
    const outcomes: unknown[] = [];
    for (let count = 0; count < 50; count += 1) {
      const token = await world.issuer.tokenFor(session, {}, { kid: `unknown ${count}` });
      void world.outcome(token).then((outcome) => outcomes.push(outcome));
      await world.run(20);
      requests += world.exchanges.filter(({ path }) => path === KEYS).length;
    }
    await world.run(3000);
    expect(outcomes).toEqual(Array.from({ length: 50 }, () => 'token_invalid'));
    expect(requests).toBeLessThanOrEqual(3);
  });

  it('that were withdrawn are refused a minute later, also for a remembered token', async () => {
    const { token } = await world.verifiedLogIn();
    await world.issuer.rotate(0);
    await world.run(61_000, 50);
    expect(await world.verifyMeanwhile(token)).toBe('token_invalid');
  });

  it('are not used ten minutes after they could be read last', async () => {
    const { token } = await world.verifiedLogIn();
    world.answersKeys = false;
    world.clock.pass(600_001);
    await world.run(10_000);
    expect(await world.verifyMeanwhile(token)).toBe('unavailable');
    expect(world.errors).toContain(`${KEYS}: status 503`);
  });

  it('of a slow answer do not replace those of a later request', async () => {
    const { token, session } = await world.verifiedLogIn();
    // The keys are read each minute, and for an unknown key.
    await world.run(59_000, 50);
    const unknown = await world.issuer.tokenFor(session, {}, { kid: 'unknown' });
    void world.outcome(unknown);
    const slow = await world.exchangeOf(KEYS);
    await world.answer(slow);
    await world.issuer.rotate(0);
    const later = () => world.exchanges.find((exchange) => exchange.path === KEYS && exchange !== slow);
    for (let passedMs = 0; later() === undefined && passedMs < 1900; passedMs += 20) {
      world.clock.pass(20);
      world.clock.runDue();
      await setImmediate();
      await world.serve(({ path }) => path !== KEYS);
    }
    await world.answer(later()!);
    await world.deliver(later()!);
    await world.deliver(slow);
    expect(await world.verifyMeanwhile(token)).toBe('token_invalid');
  });

  it('verify the events of a feed whose key has changed', async () => {
    const { token, session } = await world.verifiedLogIn();
    await world.issuer.rotate();
    await world.revoke(session, 2000);
    await world.untilFresh();
    expect(await world.verify(token)).toBe('token_revoked');
    expect(world.verifier.status()).toMatchObject({ introspections: 0, restarts: 1 });
  });
});
