import { execFileSync } from 'node:child_process';
import { freePort } from './free-port.js';

const REGISTER = new URL('../typescript.register.mjs', import.meta.url).href;
const MODULE = new URL('./free-port.ts', import.meta.url).href;

/** Asks for a port between two in another process, which then ends. */
const askElsewhere = (...range: [] | [number, number]) =>
  execFileSync(process.execPath, [
    ...['--import', REGISTER, '--input-type=module', '-e'],
    `const { freePort } = await import('${MODULE}');
     process.stdout.write(await freePort(${range.join()}).then(String, ({ message }) => message))`,
  ]).toString();

describe('freePort', () => {
  it('gives a port to one suite only, also before anything listens on it', async () => {
    const port = await freePort();
    await expect(freePort(port, port + 1)).rejects.toThrow('no free port found');
    expect(askElsewhere(port, port + 1)).toContain('no free port found');
  });

  it('gives a port again whose process has ended', async () => {
    const port = Number(askElsewhere());
    await expect(freePort(port, port + 1)).resolves.toBe(port);
  });
});
