import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { VirtualClock } from '../test/virtual-clock.js';
import { VirtualWorld } from '../test/virtual-world.js';
import { IssuerClock } from './issuer-clock.js';
import { Revocations } from './revocations.js';
import type { SecurityEvent } from './security-event.js';

const BOUND_BYTES = 150_000;
/** More revocations than have a place, in so many answers. */
const [ANSWERS, PER_ANSWER] = [5, 300];
const LIFE_MS = 1_800_000;

describe('a verifier whose revocations take more memory than they may', () => {
  let world: VirtualWorld;
  beforeEach(async () => (world = await VirtualWorld.createFresh({ maxRevocationBytes: BOUND_BYTES })));
  afterEach(() => world.close());
  const introspections = () => world.verifier.status().introspections;
  const flood = async () => {
    for (let answer = 0; answer < ANSWERS; answer += 1) {
      for (let count = 0; count < PER_ANSWER; count += 1)
        world.issuer.revoke({ sub: 'somebody', sid: randomUUID(), isRevoked: false });
      await world.run(1500);
      expect(world.verifier.status().revocationBytes).toBeLessThanOrEqual(BOUND_BYTES);
    }
    await world.untilFresh();
  };

  it('still refuses what it has no place for: the issuer is asked, and nothing is accepted without it', async () => {
    const { token, session } = await world.verifiedLogIn();
    world.issuer.revoke(session);
    await flood();
    expect(await world.verify(token)).toBe('token_revoked');
    expect(introspections()).toBe(1);
    world.isAway = true;
    expect(await world.verifyMeanwhile(token)).toBe('unavailable');
  });

  it('says so once, deletes the oldest, and covers later tokens', async () => {
    await flood();
    const { revocations } = world.verifier.status();
    expect(revocations).toBeGreaterThan(PER_ANSWER);
    expect(revocations).toBeLessThan(ANSWERS * PER_ANSWER);
    expect(world.errors).toEqual([expect.stringContaining('maxRevocationBytes')]);
    await world.run(6000);
    const { token, session } = await world.verifiedLogIn();
    await world.revoke(session, 500);
    expect(await world.verify(token)).toBe('token_revoked');
    expect(introspections()).toBe(0);
  });

  it('keeps no introspection from before a revocation that it has no place for', async () => {
    const { token, session } = await world.issuer.logIn();
    world.failOver();
    await world.run(500);
    await world.untilFresh();
    await world.run(3500);
    await world.verify(token);
    expect(world.verifier.verifyAtOnce(token)).toBeDefined();
    world.issuer.revoke(session);
    await flood();
    expect(await world.verify(token)).toBe('token_revoked');
  });

  it('gives no old role whose change it has no place for', async () => {
    const { token, session } = await world.verifiedLogIn();
    world.issuer.change(session.sub, { role: 'admin' });
    await flood();
    expect(await world.verify(token)).toMatchObject({ role: 'admin' });
  });
});

describe('the memory of revocations', () => {
  const ended = (sid: string): SecurityEvent => ({
    kind: 'session-revoked',
    sub: 'user',
    reason: 'logout',
    sid,
    issuedAt: 0,
  });
  /** As an answer brings it: `randomUUID` gives a rope, which takes more. */
  const received = () => JSON.parse(`"${randomUUID()}"`) as string;
  const create = (maxBytes: number) => {
    const clock = new VirtualClock();
    return { clock, revocations: new Revocations(clock, new IssuerClock(clock), maxBytes) };
  };

  it.each([
    ['that come together', 70_000, 500, Infinity],
    ['that come one by one', 20_000, 1, Infinity],
    ['that replace others', 270_000, 500, 12_100_000],
  ])('is counted as it is taken by entries %s', (_, count, perAnswer, maxBytes) => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const heapBytes = () => {
      // V8 drops code that was not run during some collections.
      for (let collections = 0; collections < 8; collections += 1) gc();
      return process.memoryUsage().heapUsed;
    };
    const { clock, revocations } = create(maxBytes);
    const before = heapBytes();
    for (let given = 0; given < count; given += perAnswer) {
      clock.pass(1001);
      const events = Array.from({ length: perAnswer }, () => ended(received()));
      revocations.apply(events, 2 * count * LIFE_MS);
      revocations.deleteOld();
    }
    const taken = heapBytes() - before;
    expect(revocations.bytes).toBeGreaterThan(0.95 * taken);
    expect(revocations.bytes).toBeLessThan(2 * taken);
  });

  it('is given back when the entries have expired', () => {
    const { clock, revocations } = create(Infinity);
    for (let count = 0; count < 1000; count += 1) {
      clock.pass(10);
      revocations.apply([ended(randomUUID()), ended('the same')], LIFE_MS);
    }
    clock.pass(LIFE_MS + 59_000);
    expect(revocations.deleteOld()).toMatchObject({ isEarly: false });
    expect(revocations.isRevoked({ sid: 'the same', sub: '', iat: 0 })).toBe(true);
    clock.pass(1001);
    revocations.deleteOld();
    expect([revocations.size, revocations.bytes]).toEqual([0, 0]);
  });
});
