import { checkHistory, logout, read, rules } from './operation-builders.js';

const SLOW = ['slow acknowledgement'];

describe('HistoryChecker', () => {
  describe('on latencies', () => {
    it('flags an acknowledgement that took too long, unless something excuses it on that instance', () => {
      const slow = logout(0, 2001);
      expect(rules([slow])).toEqual(SLOW);
      expect(rules([logout(0, 2000)])).toEqual([]);
      expect(rules([{ ...logout(0, 2400), kind: 'set-password' }])).toEqual([]);
      expect(rules([{ ...logout(0, 2401), kind: 'set-password' }])).toEqual(SLOW);
      expect(checkHistory([logout(0, 1900)]).slowestAcknowledgementMs).toBe(1900);
      for (const kind of ['stalled', 'unavailable'] as const) {
        expect(rules([slow], { [kind]: [{ from: 5, to: 6, instance: 0 }] })).toEqual([]);
        expect(rules([slow], { [kind]: [{ from: 5, to: 6, instance: 1 }] })).toEqual(SLOW);
      }
    });

    it('allows a slow acknowledgement as far as the machine was slow, by its own trips and not by those of reads', () => {
      const slow = logout(0, 2500);
      expect(rules([slow, { ...read(100, 900), sessionId: 's2' }])).toContain('slow acknowledgement');
      const trips = (delayMs: number) => [{ from: 100, to: 150, delayMs }];
      expect(rules([slow], { trips: trips(11) })).toEqual([]);
      expect(rules([slow], { trips: trips(10) })).toEqual(SLOW);
      expect(rules([slow], { trips: [{ from: 2501, to: 2600, delayMs: 99 }] })).toEqual(SLOW);
    });

    it('does not count the time in which the machine stalled to an acknowledgement', () => {
      const rulesWith = (...halted: { from: number; to: number }[]) => rules([logout(0, 5000)], { halted });
      expect(rulesWith({ from: -1000, to: 2000 }, { from: 4000, to: 9000 })).toEqual([]);
      expect(rulesWith({ from: -1000, to: 1900 }, { from: 4000, to: 9000 })).toEqual(SLOW);
      expect(rulesWith({ from: 5001, to: 9000 })).toEqual(SLOW);
    });

    const brokenFrom = 1000;
    /** Before the fault 30 ms at most, and quick ones under it. */
    const quick = [
      read(0, 30),
      ...Array.from({ length: 198 }, (_, index) => read(1500 + index, 1501 + index)),
    ];
    /** One after another: each shows a pause of its own. */
    const slow = (count: number, lastMs = 131) =>
      Array.from({ length: count }, (_, index) => read(2000 + index * 5000, 2000 + index * 5000 + lastMs));

    it('flags reads that took more than 100 ms longer than reads before the fault, but for one in a hundred', () => {
      expect(rules([...quick, ...slow(3, 130)], { brokenFrom })).toEqual([]);
      expect(rules([...quick, ...slow(2)], { brokenFrom })).toEqual([]);
      expect(rules([...quick, ...slow(3)], { brokenFrom })).toEqual(['slow read', 'slow read', 'slow read']);
      expect(rules(slow(99), { brokenFrom })).toEqual([]);
      const { readLoss } = checkHistory([...quick, ...slow(3)], { brokenFrom });
      expect(readLoss).toEqual({ worstMs: 101, judged: 202 });
    });

    it('counts reads that were under way together at one instance as one pause, of which two may happen', () => {
      const together = (...starts: number[]) =>
        starts.flatMap((start) => [0, 60, 120].map((later) => read(start + later, start + later + 131)));
      expect(rules([...quick, ...together(2000, 3000)], { brokenFrom })).toEqual([]);
      expect(rules([...quick, ...together(2000, 3000, 4000)], { brokenFrom })).toHaveLength(9);
      const elsewhere = together(2000).map((each) => ({ ...each, instance: 1 }));
      expect(rules([...quick, ...together(2000, 3000), ...elsewhere], { brokenFrom })).toHaveLength(9);
    });

    it('judges no read where an instance was stopped or dead, or PostgreSQL out of reach', () => {
      const history = [...quick, ...slow(3)];
      for (const kind of ['stalled', 'unanswered', 'unavailable'] as const) {
        const on = (instance: number) => ({ brokenFrom, [kind]: [{ from: 2050, to: 2060, instance }] });
        expect(rules(history, on(0))).toEqual([]);
        expect(rules(history, on(1))).toHaveLength(kind === 'unavailable' ? 0 : 3);
      }
    });

    it('takes what the machine took out of the time of a read, before the fault and under it', () => {
      const trips = [
        { from: 0, to: 5, delayMs: 1 },
        { from: 2000, to: 2005, delayMs: 2 },
      ];
      const allowedMs = 100 + (30 - 1 - 24) + (2 + 24 * 2);
      expect(rules([...quick, ...slow(3, allowedMs)], { brokenFrom, trips })).toEqual([]);
      expect(rules([...quick, ...slow(3, allowedMs + 1)], { brokenFrom, trips })).toHaveLength(3);
    });

    it('judges no read of a time in which the machine was too slow to tell', () => {
      const trips = (delayMs: number) => [{ from: 2000, to: 2005, delayMs }];
      expect(rules([...quick, ...slow(3, 2000)], { brokenFrom, trips: trips(5) })).toEqual([]);
      expect(rules([...quick, ...slow(3, 2000)], { brokenFrom, trips: trips(4) })).toHaveLength(3);
    });
  });
});
