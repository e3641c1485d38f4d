import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';
import { guardAgainstExit, releaseGuard } from '../process/watchdog.js';

const PREFIX = 'suite-';

/** Makes an empty private folder, removed by {@link removeTemporaryDirectory} or after this process. */
export async function makeTemporaryDirectory(label: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), `${PREFIX}${label}-`));
  guardAgainstExit(`directory ${path}`);
  rememberResource(path, () => removeTemporaryDirectory(path));
  return path;
}

export async function removeTemporaryDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  releaseGuard(`directory ${path}`);
  forgetResource(path);
}

/** Whether a path has the shape of those that {@link makeTemporaryDirectory} makes. */
export function isTemporaryDirectory(path: string): boolean {
  return basename(path).startsWith(PREFIX);
}
