import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installDebianPackage } from './debian-package.js';

export interface BinarySearch {
  /** The names the binary goes by, best first. */
  names: readonly string[];
  /** Folders to search after PATH, best first. */
  folders?: () => string[];
  /** The Debian package that holds it. */
  debianPackage: string;
}

/**
 * The path of a service's binary, installed from Debian if it is missing and this machine allows it.
 *
 * @throws MissingServiceError, naming the command that mends it
 */
export async function serviceBinary(search: BinarySearch): Promise<string> {
  const present = findBinary(search);
  if (present) return present;
  await installDebianPackage(search.debianPackage, search.names[0] ?? search.debianPackage);
  const installed = findBinary(search);
  if (!installed)
    throw new Error(`${search.debianPackage} is installed but has no ${search.names.join(' or ')}`);
  return installed;
}

/** The newest `/usr/lib/postgresql/<version>/bin` first: Debian keeps the server off PATH. */
export function debianPostgresFolders(root = '/usr/lib/postgresql'): string[] {
  return list(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'));
}

function findBinary({ names, folders }: BinarySearch): string | undefined {
  const searched = [...(process.env['PATH'] ?? '').split(delimiter), ...(folders?.() ?? [])];
  return names.flatMap((name) => searched.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
