import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const POLICY = '/usr/sbin/policy-rc.d';
const TIMEOUT_MS = 10 * 60_000;

let listsUpdated: Promise<void> | undefined;

/** A service that the tests need is missing here and could not be installed. The message says what to do. */
class MissingServiceError extends Error {
  override name = 'MissingServiceError';
}

/**
 * Installs a Debian package without starting the services it brings.
 *
 * @throws MissingServiceError when this is not Debian, not root, or apt fails
 */
export async function installDebianPackage(name: string, wanted: string): Promise<void> {
  const mend = `apt-get update && apt-get install -y --no-install-recommends ${name}`;
  if (!mayUseApt()) {
    throw new MissingServiceError(
      `the tests need ${wanted}, which is not installed. As root on Debian: ${mend}`,
    );
  }
  try {
    await updateLists();
    await withoutServiceStart(() => aptGet(['install', '-y', '--no-install-recommends', name]));
  } catch (error) {
    const reason = `the tests need ${wanted}, and installing it failed. Try: ${mend}`;
    throw new MissingServiceError(reason, { cause: error });
  }
}

/**
 * Unpacks Debian packages, and those of their dependencies that this machine does not have, into a folder. Nothing is installed or
 * removed, and no script of a package runs: for packages that exclude others, such as mail servers.
 *
 * @throws MissingServiceError when this is not Debian, not root, or apt fails
 */
export async function unpackDebianPackages(folder: string, names: readonly string[]): Promise<void> {
  const wanted = `the tests need the packages ${names.join(' and ')} of Debian`;
  if (!mayUseApt()) throw new MissingServiceError(`${wanted}: run them as root on Debian`);
  const archives = join(folder, 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  try {
    await updateLists();
    const options = ['--reinstall', '--download-only', '-o', `Dir::Cache::archives=${archives}`];
    await aptGet(['install', '-y', '--no-install-recommends', ...options, ...names]);
    for (const file of await readdir(archives))
      if (file.endsWith('.deb')) await run('dpkg-deb', ['--extract', join(archives, file), folder]);
  } catch (error) {
    throw new MissingServiceError(`${wanted}, and getting them failed`, { cause: error });
  }
}

const mayUseApt = (): boolean => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

async function updateLists(): Promise<void> {
  listsUpdated ??= aptGet(['update']);
  await listsUpdated;
}

async function aptGet(args: string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    env,
    timeout: TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
}

// A package's service would listen on its default port: policy-rc.d forbids package scripts to start it.
// A policy that is already there is the machine's own and stays.
async function withoutServiceStart(install: () => Promise<void>): Promise<void> {
  const ours = await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false,
  );
  try {
    await install();
  } finally {
    if (ours) await rm(POLICY, { force: true });
  }
}
