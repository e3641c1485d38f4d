import { StallWatch } from './stall-watch.js';

describe('StallWatch', () => {
  it('notes a time in which this process was kept from running', () => {
    const watch = new StallWatch();
    const from = performance.now();
    while (performance.now() - from < 300);
    const to = performance.now();
    const { stalls, stalledMs } = watch;
    watch.stop();
    expect(stalls).toHaveLength(1);
    expect(stalls[0]!.from).toBeLessThanOrEqual(from);
    expect(stalls[0]!.to).toBeGreaterThanOrEqual(to);
    expect(stalledMs).toBe(stalls[0]!.to - stalls[0]!.from);
  });
});
