import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { skewedClock } from './clock-skew.js';

const PRINT =
  'console.log(JSON.stringify([Date.now(), +new Date(), +new Date(5), new Date() instanceof Date]))';

describe('skewedClock', () => {
  it.each([180_000, -180_000])('moves the clock of a process by %i ms', async (skewMs) => {
    const env = { ...process.env, ...skewedClock(skewMs) };
    const before = Date.now();
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', PRINT], { env });
    const [now, date, given, isDate] = JSON.parse(stdout) as [number, number, number, boolean];
    for (const time of [now, date]) {
      expect(time).toBeGreaterThanOrEqual(before + skewMs);
      expect(time).toBeLessThanOrEqual(Date.now() + skewMs);
    }
    expect(given).toBe(5);
    expect(isDate).toBe(true);
  });
});
