import { INSTALL_MS, Project } from './support/project.js';
import { Registry } from './support/registry.js';
import { PRINTED, TYPESCRIPT_PROJECT } from './support/typescript-project.js';

/** Without `@nestjs/passport`. TypeScript 5 is the last one that knows `node10`. */
const INSTALLED = [
  '@nestjs/common@11',
  '@nestjs/core@11',
  'reflect-metadata',
  'rxjs',
  'typescript@5.9',
  '@types/node@22',
];

describe('the libraries, installed from a registry in an empty project', () => {
  let registry: Registry;
  let project: Project;

  beforeAll(async () => {
    registry = await Registry.start();
    project = await Project.create(registry);
    await project.write(TYPESCRIPT_PROJECT);
    await project.install('@ergodrive/verifier', '@ergodrive/client', ...INSTALLED);
  }, INSTALL_MS);
  afterAll(async () => {
    await project.remove();
    await registry.stop();
  });

  it.each([
    ['an ES module', 'esm', 'esm.mjs'],
    ['CommonJS', 'commonjs', 'commonjs.cjs'],
    ['CommonJS by the resolution of older projects', 'older', 'older.js'],
  ])('compile strictly and run as %s', async (_, name, output) => {
    await project.succeed('npx', 'tsc', '--project', `tsconfig.${name}.json`);
    expect(JSON.parse(await project.succeed('node', `out/${output}`))).toEqual(PRINTED);
  });

  it.each(['verifier', 'client'])('%s has its licence and README, and no sources or tests', async (name) => {
    const files = (await project.succeed('find', `node_modules/@ergodrive/${name}`, '-type', 'f')).split(
      '\n',
    );
    expect(files).toEqual(
      expect.arrayContaining([expect.stringMatching(/LICENSE$/), expect.stringMatching(/README\.md$/)]),
    );
    expect(files.filter((file) => /\.spec\.|\/test\/|(?<!\.d)\.ts$|\.map$/.test(file))).toEqual([]);
  });
});
