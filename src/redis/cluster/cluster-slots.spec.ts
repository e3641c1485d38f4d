import { parseClusterSlots, slotOf, SLOTS, tagOf } from './cluster-slots.js';

describe('slots of a cluster', () => {
  // The numbers are answers of CLUSTER KEYSLOT.
  it.each([
    ['', 0],
    ['123456789', 12_739],
    ['user:1', 10_778],
    ['{user:1}:lease', 10_778],
    ['foo{}{bar}', 8363],
    ['foo{{bar}}zap', 4015],
    ['{a', 10_276],
    ['grüße', 3194],
  ])('are found for the key %p as CLUSTER KEYSLOT finds them', (key, slot) => expect(slotOf(key)).toBe(slot));

  it.each([0, 1, 5461, SLOTS - 1])('have a hash tag each, such as slot %p', (slot) => {
    expect(slotOf(`any:{${tagOf(slot)}}`)).toBe(slot);
    expect(tagOf(slot)).toBe(tagOf(slot));
  });

  it('are read with their masters from the answer of CLUSTER SLOTS', () => {
    const one = ['10.0.0.1', 7000, 'one', []];
    const reply = [
      [0, 10, one, ['10.0.0.9', 7009, 'replica', []]],
      [11, 11, [null, 7001, 'two', []]],
      [12, 20, one],
      [21, 30, ['', 7002, 'three', []]],
      [31, 40, ['?', 7003, 'four', []]],
    ];
    const asked = { host: 'cache', port: 6379 };
    expect(parseClusterSlots(reply, asked)).toEqual([
      {
        id: 'one',
        endpoint: { host: '10.0.0.1', port: 7000 },
        ranges: [
          [0, 10],
          [12, 20],
        ],
      },
      { id: 'two', endpoint: { host: 'cache', port: 7001 }, ranges: [[11, 11]] },
      { id: 'three', endpoint: { host: 'cache', port: 7002 }, ranges: [[21, 30]] },
      { id: 'four', endpoint: { host: 'cache', port: 7003 }, ranges: [[31, 40]] },
    ]);
    expect(parseClusterSlots([], asked)).toEqual([]);
  });
});
