import { SLOTS } from './cluster-slots.js';
import { SlotTable } from './slot-table.js';

describe('SlotTable', () => {
  const [one, two] = [{ id: 'one' }, { id: 'two' }];
  let table: SlotTable<{ id: string }>;
  const prove = (owner: { id: string }) => table.prove(owner, table.unproven(owner)!);
  const proven = (owner: { id: string }, ranges: [number, number][]) => {
    table.claim(owner, ranges);
    prove(owner);
  };
  beforeEach(() => (table = new SlotTable()));

  it('reads a slot from the master that claims it, once the claim is proven', () => {
    expect(table.claim(one, [[0, 9]])).toBe(false);
    expect(table.claimants(9)).toEqual([one]);
    expect(table.reader(9)).toBeUndefined();
    prove(one);
    expect(table.reader(9)).toBe(one);
    expect(table.reader(10)).toBeUndefined();
    expect(table.unproven(one)).toBeUndefined();
  });

  it('reads a slot that two masters claim from neither, and names both', () => {
    proven(one, [[0, 9]]);
    proven(two, [[9, 20]]);
    expect(table.claimants(9)).toEqual([one, two]);
    expect(table.reader(9)).toBeUndefined();
    expect(table.reader(8)).toBe(one);
    table.claim(one, [[0, 8]]);
    expect(table.reader(9)).toBe(two);
  });

  it('reports whether another master had a claimed slot before', () => {
    table.claim(one, [[0, 9]]);
    table.release(one);
    expect(table.claim(one, [[0, 9]])).toBe(false);
    table.release(one);
    expect(table.claim(two, [[9, 20]])).toBe(true);
    expect(table.claim(two, [[9, 20]])).toBe(false);
  });

  it('reports a former master again when the claim was lost before it was proven, and not afterwards', () => {
    proven(one, [[0, 9]]);
    expect(table.claim(two, [[9, 20]])).toBe(true);
    table.release(two);
    expect(table.claim(two, [[9, 20]])).toBe(true);
    prove(two);
    table.release(two);
    expect(table.claim(two, [[9, 20]])).toBe(false);
  });

  it('reports another master when a former master claims its slot back', () => {
    proven(one, [[0, 9]]);
    table.claim(one, []);
    table.claim(two, [[9, 9]]);
    table.release(two);
    expect(table.claim(one, [[0, 8]])).toBe(false);
    expect(table.claim(one, [[0, 9]])).toBe(true);
  });

  it('keeps what was proven when slots are gained, and proves the gained ones only by a later replay', () => {
    table.claim(one, [[0, 9]]);
    const round = table.unproven(one)!;
    table.claim(one, [[0, 10]]);
    table.prove(one, round);
    expect([table.reader(9), table.reader(10)]).toEqual([one, undefined]);
    prove(one);
    expect(table.reader(10)).toBe(one);
  });

  it('does not count a slot as proven that was lost and gained during the replay', () => {
    table.claim(one, [[0, 9]]);
    const round = table.unproven(one)!;
    table.release(one, 9);
    table.claim(one, [[0, 9]]);
    table.prove(one, round);
    expect([table.reader(8), table.reader(9)]).toEqual([one, undefined]);
  });

  it('forgets a claim that is released, in part or in whole', () => {
    proven(one, [[0, 9]]);
    table.release(one, 4);
    expect([table.reader(4), table.hasClaim(one, 4), table.reader(5)]).toEqual([undefined, false, one]);
    expect(table.firstSlot(one, new Set([0, 1, 2, 3]))).toBe(5);
    table.release(one);
    expect([table.reader(5), table.claimants(5)]).toEqual([undefined, []]);
    expect(table.firstSlot(one, new Set())).toBeUndefined();
    table.release(two, 5);
    table.prove(two, 100);
    expect(table.claimants(5)).toEqual([]);
  });

  it('is complete when every slot is read', () => {
    table.claim(one, [[0, 99]]);
    table.claim(two, [[100, SLOTS - 1]]);
    prove(one);
    expect(table.isComplete).toBe(false);
    prove(two);
    expect(table.isComplete).toBe(true);
    table.release(two, 500);
    expect(table.isComplete).toBe(false);
  });
});
