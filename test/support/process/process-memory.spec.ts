import { ManagedProcess } from './managed-process.js';
import { residentBytes } from './process-memory.js';
import { waitFor } from '../wait-for.js';

const BLOCK = 200 * 1024 * 1024;

describe('residentBytes', () => {
  it('gives what the process has in memory', async () => {
    const script = `const block = Buffer.alloc(${BLOCK}, 1); console.log('filled'); setInterval(() => block, 1000);`;
    const args = ['--eval', script];
    const child = await ManagedProcess.spawn({
      command: process.execPath,
      args,
      cwd: '/',
      stopSignal: 'SIGKILL',
    });
    await waitFor(() => child.output.includes('filled'), { what: 'the block to be filled' });
    expect(await residentBytes(child.pid)).toBeGreaterThan(BLOCK);
    expect(await residentBytes(child.pid)).toBeLessThan(2 * BLOCK);
    await child.stop();
  });

  it('throws when there is no such process', async () => {
    await expect(residentBytes(2 ** 30)).rejects.toThrow('ENOENT');
  });
});
