import { waitFor } from './wait-for.js';
import { commonMs, MachineWatch } from './machine-watch.js';

describe('MachineWatch', () => {
  it('measures the delay of trips to another thread against the quickest one', async () => {
    const watch = new MachineWatch();
    await waitFor(() => watch.trips.length > 5, { what: 'some trips' });
    const busyFrom = performance.now();
    // Shorter than what counts as a stall.
    while (performance.now() - busyFrom < 80);
    const busyTo = performance.now();
    await waitFor(() => watch.trips.some(({ from }) => from > busyTo), { what: 'a trip afterwards' });
    const { trips } = watch;
    await watch.stop();
    expect(Math.min(...trips.map(({ delayMs }) => delayMs))).toBe(0);
    const meanwhile = trips.filter(({ from, to }) => from < busyTo && to > busyFrom);
    expect(Math.max(...meanwhile.map(({ delayMs }) => delayMs))).toBeGreaterThan(40);
  });
});

describe('commonMs', () => {
  it('adds up the parts of a span that lie in others', () => {
    const others = [
      { from: -10, to: 2 },
      { from: 4, to: 5 },
      { from: 9, to: 20 },
      { from: 30, to: 40 },
    ];
    expect(commonMs({ from: 0, to: 10 }, others)).toBe(4);
  });
});
