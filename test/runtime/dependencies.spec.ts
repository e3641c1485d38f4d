import { lockedPackages } from './lock-file.js';

/** Where the lock file has the package: once at the top, or below the package that needs another version. */
function copiesOf(name: string): string[] {
  return [...lockedPackages().keys()].filter(
    (path) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`),
  );
}

describe('dependencies', () => {
  it.each(['redis', '@redis/client'])('contain %s once, in the version of the application', (name) =>
    expect(copiesOf(name)).toEqual([`node_modules/${name}`]),
  );
});
