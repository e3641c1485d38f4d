import { waitFor } from '../../support/wait-for.js';
import { StallWatch } from './stall-watch.js';

describe('StallWatch', () => {
  it('notes a time in which this process was kept from running', async () => {
    const watch = new StallWatch();
    const from = performance.now();
    while (performance.now() - from < 300);
    const to = performance.now();
    await waitFor(() => watch.stalls.length > 0, { what: 'the stall' });
    watch.stop();
    const [stall] = watch.stalls;
    expect(stall!.from).toBeLessThanOrEqual(from);
    expect(stall!.to).toBeGreaterThanOrEqual(to);
  });
});
