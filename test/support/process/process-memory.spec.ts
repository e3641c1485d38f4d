import { residentBytes } from './process-memory.js';

describe('residentBytes', () => {
  it('gives what the process has in memory', async () => {
    const before = await residentBytes(process.pid);
    const block = Buffer.alloc(200 * 1024 * 1024, 1);
    expect(await residentBytes(process.pid)).toBeGreaterThan(before + block.length / 2);
  });

  it('throws when there is no such process', async () => {
    await expect(residentBytes(2 ** 30)).rejects.toThrow('ENOENT');
  });
});
