import { VirtualWorld } from '../test/virtual-world.js';

describe('an answer of the feed', () => {
  let world: VirtualWorld;
  beforeEach(async () => (world = await VirtualWorld.createFresh()));
  afterEach(() => world.close());

  it.each([
    ['sets', { sets: [] }],
    ['sets', { sets: Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`x${at}`, 'x'])) }],
    ['cursor', { cursor: 1 }],
    ['restarted', { restarted: 'no' }],
    ['history', { history: 1 }],
    ['covered_from', { covered_from: null }],
    ['read_at', { read_at: null }],
    ['complete_to_ms', { complete_to_ms: '0' }],
    ['moreAvailable', { moreAvailable: 1 }],
  ])(
    'without a usable %s is not followed, and usable answers are followed again afterwards',
    async (name, members) => {
      world.issuer.distort = (answer) => ({ ...answer, ...members });
      await world.run(2000);
      expect(world.verifier.status().fresh).toBe(false);
      expect(world.errors).toEqual([`the feed answered without a usable ${name}`]);
      world.issuer.distort = (answer) => answer;
      await world.untilFresh();
      expect(world.verifier.status().restarts).toBe(1);
    },
  );

  it('of more than 2 MB is not followed', async () => {
    world.issuer.distort = (answer) => ({ ...answer, more: 'x'.repeat(2 ** 21) });
    await world.run(2000);
    expect(world.verifier.status().fresh).toBe(false);
    expect(world.errors).toEqual(['/api/v1/events/poll: the answer has more than 2097152 bytes']);
  });
});
