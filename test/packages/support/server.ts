import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** `startErgodrive` as it is published: the build has its files in other places than the source. */
export const { startErgodrive } = (await import(
  pathToFileURL(resolve('packages/server/dist/esm/index.js')).href
)) as typeof import('../../../packages/server/src/index.js');
