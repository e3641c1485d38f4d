import { readFile } from 'node:fs/promises';

/** The options that `npm start` gives node, for the measured server to run under the same. */
export async function startOptions(): Promise<string[]> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: Record<'start', string> };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}
