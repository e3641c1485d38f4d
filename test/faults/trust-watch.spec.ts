import { waitFor } from '../support/wait-for.js';
import type { Instance } from './instance.js';
import { TrustWatch } from './trust-watch.js';

const TRUSTED = 'LOG [Cache] Redis is trusted\n';
const LOST = 'WARN [Cache] Redis is not used: connection closed. PostgreSQL answers instead\n';
const CONNECTED = 'LOG [Cache] Redis is connected; the invalidation log is applied before it is trusted\n';

/** What the watch sees of an instance: its log, and whether it runs. */
const instance = (output: string, running = true) => ({ app: { output, running } });

async function mixedSpans(
  instances: ReturnType<typeof instance>[],
  happen: () => void = () => undefined,
): Promise<number> {
  const watch = new TrustWatch(instances as unknown as Instance[]);
  happen();
  const begun = performance.now();
  await waitFor(() => performance.now() > begun + 100, { what: 'some looks' });
  return watch.stop().length;
}

describe('TrustWatch', () => {
  it('sees no difference where all trust Redis, or none does', async () => {
    await expect(mixedSpans([instance(TRUSTED), instance(TRUSTED)])).resolves.toBe(0);
    await expect(mixedSpans([instance(TRUSTED + LOST), instance(CONNECTED)])).resolves.toBe(0);
  });

  it('sees one that has lost Redis, or has not replayed yet, among others that trust it', async () => {
    await expect(mixedSpans([instance(TRUSTED), instance(TRUSTED + LOST)])).resolves.toBe(1);
    await expect(mixedSpans([instance(TRUSTED), instance(LOST + CONNECTED)])).resolves.toBe(1);
  });

  it('sees one that lost Redis and was back before the next look', async () => {
    const blinking = instance(TRUSTED);
    const blink = () => (blinking.app.output += LOST + CONNECTED + TRUSTED);
    await expect(mixedSpans([instance(TRUSTED), blinking], blink)).resolves.toBe(1);
  });

  it('does not count a dead instance', async () => {
    await expect(mixedSpans([instance(TRUSTED), instance('', false)])).resolves.toBe(0);
  });
});
