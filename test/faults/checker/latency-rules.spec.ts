import { checkHistory, logout, read, rules } from './operation-builders.js';

describe('HistoryChecker', () => {
  describe('on latencies', () => {
    it('flags an acknowledgement that took too long, unless something excuses it on that instance', () => {
      const slow = logout(0, 2001);
      expect(rules([slow])).toEqual(['slow acknowledgement']);
      expect(rules([logout(0, 2000)])).toEqual([]);
      expect(rules([{ ...logout(0, 2400), kind: 'set-password' }])).toEqual([]);
      expect(rules([{ ...logout(0, 2401), kind: 'set-password' }])).toEqual(['slow acknowledgement']);
      expect(checkHistory([logout(0, 1900)]).slowestAcknowledgementMs).toBe(1900);
      for (const kind of ['stalled', 'unavailable'] as const) {
        expect(rules([slow], { [kind]: [{ from: 5, to: 6, instance: 0 }] })).toEqual([]);
        expect(rules([slow], { [kind]: [{ from: 5, to: 6, instance: 1 }] })).toEqual([
          'slow acknowledgement',
        ]);
      }
    });

    it('allows a slow acknowledgement as far as the machine was slow, by its own trips and not by those of reads', () => {
      const slow = logout(0, 2500);
      expect(rules([slow, { ...read(100, 900), sessionId: 's2' }])).toContain('slow acknowledgement');
      const trips = (delayMs: number) => [{ from: 100, to: 150, delayMs }];
      expect(rules([slow], { trips: trips(11) })).toEqual([]);
      expect(rules([slow], { trips: trips(10) })).toEqual(['slow acknowledgement']);
      expect(rules([slow], { trips: [{ from: 2501, to: 2600, delayMs: 99 }] })).toEqual([
        'slow acknowledgement',
      ]);
    });

    it('does not count the time in which the machine stalled to an acknowledgement', () => {
      const rulesWith = (...halted: { from: number; to: number }[]) => rules([logout(0, 5000)], { halted });
      expect(rulesWith({ from: -1000, to: 2000 }, { from: 4000, to: 9000 })).toEqual([]);
      expect(rulesWith({ from: -1000, to: 1900 }, { from: 4000, to: 9000 })).toEqual([
        'slow acknowledgement',
      ]);
      expect(rulesWith({ from: 5001, to: 9000 })).toEqual(['slow acknowledgement']);
    });

    const brokenFrom = 1000;

    it('flags reads that took more than 100 ms longer than reads before the fault', () => {
      const ordinary = read(0, 30);
      expect(rules([ordinary, read(2000, 2130)], { brokenFrom })).toEqual([]);
      expect(rules([ordinary, read(2000, 2131)], { brokenFrom })).toEqual(['slow read']);
      const { readLoss } = checkHistory([ordinary, read(2000, 2131)], { brokenFrom });
      expect(readLoss).toEqual({ worstMs: 101, judged: 2 });
      for (const kind of ['stalled', 'unavailable', 'unanswered'] as const)
        expect(
          rules([ordinary, read(2000, 2131)], {
            brokenFrom,
            [kind]: [{ from: 2050, to: 2060, instance: 0 }],
          }),
        ).toEqual([]);
    });

    it('allows one slow read in a hundred, for what no trip shows', () => {
      const quick = Array.from({ length: 199 }, (_, index) => read(2000 + index, 2001 + index));
      const slow = (count: number) => Array.from({ length: count }, () => read(2000, 2131));
      expect(rules([...quick, ...slow(2)], { brokenFrom })).toEqual([]);
      expect(rules([...quick, ...slow(3)], { brokenFrom })).toEqual(['slow read', 'slow read', 'slow read']);
    });

    it('takes what the machine took out of the time of a read, before the fault and under it', () => {
      const trips = [
        { from: 0, to: 5, delayMs: 1 },
        { from: 2000, to: 2005, delayMs: 2 },
      ];
      const history = (lastMs: number) => [read(0, 30), read(2000, 2000 + lastMs)];
      expect(rules(history(100 + 5 + 50), { brokenFrom, trips })).toEqual([]);
      expect(rules(history(100 + 5 + 51), { brokenFrom, trips })).toEqual(['slow read']);
    });

    it('judges no read of a time in which the machine was too slow to tell', () => {
      const trips = (delayMs: number) => [{ from: 2000, to: 2005, delayMs }];
      const slow = [read(2000, 4000)];
      expect(rules(slow, { brokenFrom, trips: trips(5) })).toEqual([]);
      expect(rules(slow, { brokenFrom, trips: trips(4) })).toEqual(['slow read']);
    });
  });
});
