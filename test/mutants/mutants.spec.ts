import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './git.js';
import { mutantsOf, mutate, type Mutant } from './mutant.js';
import { MUTANTS } from './mutants.js';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The text of a spec and of the files that it imports, which may have the titles of its tests. */
function textsOf(spec: string): string[] {
  const text = read(spec);
  const imported = [...text.matchAll(/from '(\.[^']+)\.js'/g)].map(([, path]) => join(spec, `../${path}.ts`));
  return [text, ...imported.filter((file) => existsSync(join(ROOT, file))).map(read)];
}

describe('the table of mutants', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('fits the code: %s', (_, mutant) => {
    const { file, specs, test = '' } = mutant;
    expect(() => mutate(read(file), mutant)).not.toThrow();
    expect(specs.filter((spec) => !existsSync(join(ROOT, spec)))).toEqual([]);
    const isThere = specs.flatMap(textsOf).some((text) => text.includes(test));
    expect({ test, isThere }).toEqual({ test, isThere: true });
  });

  it('names each mutant once', () => {
    const names = MUTANTS.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });
});

describe('a group of mutants', () => {
  it('gives each its text and its replacement with their lines, and its test', () => {
    const mutant = { file: 'f.ts', specs: ['f.spec.ts'] };
    const mutants = mutantsOf('f.ts', 'f.spec.ts')`
      no check | ever
        -   check();
        - return 1 + 1;
        + return
        +
      no answer
        - a
        +
    `;
    expect(mutants).toEqual([
      {
        ...mutant,
        name: 'no check',
        test: 'ever',
        text: '  check();\nreturn 1 + 1;',
        replacement: 'return\n',
      },
      { ...mutant, name: 'no answer', text: 'a', replacement: '' },
    ]);
  });

  it('is refused with a mutant that is not complete', () => {
    expect(() => mutantsOf('f.ts', 'f.spec.ts')`no check`).toThrow('f.ts is not complete: no check');
  });
});

describe('a mutant', () => {
  const mutant: Mutant = {
    name: 'n',
    file: 'f.ts',
    text: 'a < b',
    replacement: 'true',
    specs: ['f.spec.ts'],
  };

  it('replaces its text', () => {
    expect(mutate('if (a < b) return $1;', { ...mutant, replacement: '$&' })).toBe('if ($&) return $1;');
  });

  it('is refused when its text is missing, occurs twice, or is not changed', () => {
    expect(() => mutate('if (a > b) return;', mutant)).toThrow('does not contain');
    expect(() => mutate('a < b, a < b', mutant)).toThrow('2 times');
    expect(() => mutate('a < b', { ...mutant, replacement: 'a < b' })).toThrow('itself');
  });
});
