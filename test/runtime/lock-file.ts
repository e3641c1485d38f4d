import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockedPackage {
  version: string;
  /** Missing where the package names its licence in the form before SPDX. */
  license?: string;
  /** Needed for development alone. */
  dev?: boolean;
  /** A link to a package of this project. */
  link?: boolean;
}

/**
 * The packages of package-lock.json by their paths, which begin with `node_modules/`, without the project's own in `packages/`. Jest
 * runs from the project's root.
 */
export function lockedPackages(): Map<string, LockedPackage> {
  const { packages } = JSON.parse(readFileSync(join(process.cwd(), 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const isInstalled = ([path, { link }]: [string, LockedPackage]) =>
    path.startsWith('node_modules/') && !link;
  return new Map(Object.entries(packages).filter(isInstalled));
}

/** What ships, on any platform: each package as `name@version`, with its licence. */
export function productionLicences(): Map<string, string | undefined> {
  const shipped = [...lockedPackages()].filter(([, { dev }]) => !dev);
  return new Map(
    shipped.map(([path, { version, license }]) => [
      `${path.split('node_modules/').at(-1)}@${version}`,
      license,
    ]),
  );
}
