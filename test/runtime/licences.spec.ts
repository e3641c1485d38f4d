import { productionLicences } from './lock-file.js';

/** Licences that ask for no more than their own text beside a copy. The image keeps it, in each package's folder. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0', 'Python-2.0'];

/** Packages whose package.json has no SPDX licence, and the licence that their own text states. */
const READ_BY_HAND = new Map([
  ['passport-strategy@1.0.0', 'MIT'],
  ['pause@0.0.1', 'MIT'],
]);

describe('licences of what ships', () => {
  const stated = [...productionLicences()];

  it('are all on the list of allowed ones', () => {
    const refused = stated
      .map(([name, licence]) => ({ name, licence: licence ?? READ_BY_HAND.get(name) }))
      .filter(({ licence }) => licence === undefined || !ALLOWED.includes(licence));
    expect(refused).toEqual([]);
  });

  it('are read by hand only where a package states none', () => {
    const unstated = stated.filter(([, licence]) => licence === undefined).map(([name]) => name);
    expect([...READ_BY_HAND.keys()].sort()).toEqual(unstated.sort());
  });
});
