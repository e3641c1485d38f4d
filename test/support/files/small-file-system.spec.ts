import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SmallFileSystem } from './small-file-system.js';

describe('SmallFileSystem', () => {
  it('accepts no write once it is full, and accepts writes again when space is freed', async () => {
    const disk = await SmallFileSystem.mount('small', 1);
    const write = () => writeFile(join(disk.dir, 'file'), Buffer.alloc(4096));
    await write();
    await disk.fill();
    await expect(writeFile(join(disk.dir, 'other'), 'x')).rejects.toMatchObject({ code: 'ENOSPC' });
    await disk.free();
    await write();
    await disk.unmount();
    await expect(write()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
