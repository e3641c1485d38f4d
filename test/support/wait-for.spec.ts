import { waitFor, WaitTimeoutError } from './wait-for.js';

describe('waitFor', () => {
  it('returns the first truthy answer', async () => {
    const answers = [undefined, 0, 'here'];
    await expect(waitFor(() => answers.shift(), { what: 'an answer', intervalMs: 1 })).resolves.toBe('here');
  });

  it('names what it waited for and the last error', async () => {
    const failing = waitFor(() => Promise.reject(new Error('refused')), { what: 'the door', timeoutMs: 30 });
    await expect(failing).rejects.toThrow(WaitTimeoutError);
    await expect(failing).rejects.toThrow('waited 30 ms in vain for the door (last error: refused)');
  });

  it('cuts off a condition that never settles', async () => {
    const hanging = waitFor(() => new Promise<boolean>(() => undefined), { what: 'nothing', timeoutMs: 30 });
    await expect(hanging).rejects.toThrow('waited 30 ms in vain for nothing');
  });

  it('does not count the time in which this process was kept from running', async () => {
    let asked = 0;
    const stalling = () => {
      asked += 1;
      const from = performance.now();
      if (asked === 1) while (performance.now() - from < 300);
      return asked > 2;
    };
    await expect(waitFor(stalling, { what: 'the third answer', timeoutMs: 200 })).resolves.toBe(true);
  });
});
