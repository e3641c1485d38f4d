import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { UsageError } from './arguments.js';

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN_BRANCHES = ['origin/main', 'main'];

/** The files of the checkout, from its root, with those that are not committed and those that were deleted. */
export async function filesOfCheckout(): Promise<string[]> {
  const files = await pathsOf('ls-files', '-z', '--cached', '--others', '--exclude-standard');
  // A link to another folder's modules is no folder for .gitignore, and is linked by itself.
  return files.filter((file) => file !== 'node_modules');
}

/**
 * The files of which the checkout differs from the last commit that it shares with a revision, from the checkout's root.
 *
 * @param revision the empty text stands for the main branch
 * @throws UsageError when git does not know the revision, or no shared commit
 */
export async function filesChangedSince(revision: string): Promise<Set<string>> {
  const base = await lastShared(revision === '' ? MAIN_BRANCHES : [revision]);
  const changed = await pathsOf('diff', '-z', '--name-only', '--no-renames', base);
  const added = await pathsOf('ls-files', '-z', '--others', '--exclude-standard');
  return new Set([...changed, ...added]);
}

async function lastShared(revisions: readonly string[]): Promise<string> {
  for (const revision of revisions) {
    const commit = await git('rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`).catch(none);
    if (commit === undefined) continue;
    const base = await git('merge-base', commit.trim(), 'HEAD').catch(none);
    if (base === undefined) throw new UsageError(`--changed: no commit is shared with ${revision}`);
    return base.trim();
  }
  throw new UsageError(`--changed: git does not know ${revisions.join(' or ')}`);
}

const none = () => undefined;

async function git(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd: ROOT, maxBuffer: 2 ** 26 });
  return stdout;
}

const pathsOf = async (...args: readonly string[]) =>
  (await git(...args)).split('\0').filter((path) => path !== '');
