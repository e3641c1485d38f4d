import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockedPackage {
  version: string;
  /** Missing where the package names its licence in the form before SPDX. */
  license?: string;
  /** Needed for development alone. */
  dev?: boolean;
  /** A workspace of this repository. */
  link?: boolean;
  dependencies?: Record<string, string>;
}

/**
 * The packages of package-lock.json by their paths, which begin with `node_modules/`, without the project's own in `packages/`. Jest
 * runs from the project's root.
 */
export function lockedPackages(): Map<string, LockedPackage> {
  const { packages } = lockFile();
  return new Map(
    Object.entries(packages).filter(([path, { link }]) => path.startsWith('node_modules/') && !link),
  );
}

/** What the workspaces need and the image does not have: they are packages of their own. */
function onlyForWorkspaces(): Set<string> {
  const { packages } = lockFile();
  const { dependencies: ours = {} } = packages[''] ?? {};
  const theirs = Object.entries(packages)
    .filter(([path]) => path.startsWith('packages/'))
    .flatMap(([, { dependencies = {} }]) => Object.keys(dependencies));
  return new Set(theirs.filter((name) => !(name in ours)).map((name) => `node_modules/${name}`));
}

function lockFile(): { packages: Record<string, LockedPackage> } {
  return JSON.parse(readFileSync(join(process.cwd(), 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
}

/** What the scripts of the pages contain, as `packages/console/build.mjs` checks. */
export const BUNDLED: readonly string[] = JSON.parse(
  readFileSync(join(process.cwd(), 'packages/console/bundled.json'), 'utf8'),
) as string[];

/** What the image has, on any platform, its pages included: each package as `name@version`, with its licence. */
export function productionLicences(): Map<string, string | undefined> {
  const ofWorkspaces = onlyForWorkspaces();
  const bundled = new Set(BUNDLED.map((name) => `node_modules/${name}`));
  const shipped = [...lockedPackages()].filter(
    ([path, { dev }]) => bundled.has(path) || (!dev && !ofWorkspaces.has(path)),
  );
  return new Map(
    shipped.map(([path, { version, license }]) => [
      `${path.split('node_modules/').at(-1)}@${version}`,
      license,
    ]),
  );
}
