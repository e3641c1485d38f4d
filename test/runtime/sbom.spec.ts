import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { productionLicences } from './lock-file.js';

type Component = Record<'bom-ref' | 'name' | 'version' | 'purl', string>;

interface Bom {
  bomFormat: string;
  specVersion: string;
  metadata: { component: Component & { type: string } };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

describe('the SBOM', () => {
  let bom: Bom;
  beforeAll(async () => {
    const options = { maxBuffer: 16 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)(process.execPath, ['.ci/sbom.mjs'], options);
    bom = JSON.parse(stdout) as Bom;
  });

  it('is CycloneDX, and describes this application', () =>
    expect(bom).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: expect.stringMatching(/^1\.\d+$/),
      metadata: {
        component: { type: 'application', purl: expect.stringMatching(/^pkg:npm\/ergodrive-backend@/) },
      },
    }));

  it('lists each package that ships, and no other', () => {
    const listed = bom.components.map(({ name, version }) => `${name}@${version}`);
    expect(listed.sort()).toEqual([...productionLicences().keys()].sort());
  });

  it('gives each package a URL, and refers only to packages that it lists', () => {
    const refs = [bom.metadata.component, ...bom.components].map((component) => component['bom-ref']);
    expect(bom.components.filter(({ purl }) => !purl.startsWith('pkg:npm/'))).toEqual([]);
    expect(bom.dependencies.map(({ ref }) => ref).sort()).toEqual(refs.sort());
    const unknown = bom.dependencies
      .flatMap(({ dependsOn }) => dependsOn)
      .filter((ref) => !refs.includes(ref));
    expect(unknown).toEqual([]);
  });
});
