import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// Jest runs from the project's root.
const read = (file: string) => readFileSync(join(process.cwd(), file), 'utf8');

/** Each supported line of Node, and its oldest supported version: `^22.1.2 || ^24.3.4` is 22 → [1, 2], 24 → [3, 4]. */
function supportedLines(): Map<number, [number, number]> {
  const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
  return new Map(
    engines.node.split(' || ').map((range) => {
      const [, line, minor, patch] = /^\^(\d+)\.(\d+)\.(\d+)$/.exec(range) ?? [];
      return [Number(line), [Number(minor), Number(patch)]];
    }),
  );
}

describe('the project', () => {
  it('ships a supported version of Node', () => {
    const [, line, minor, patch] = (
      /^ARG NODE_VERSION=(\d+)\.(\d+)\.(\d+)$/m.exec(read('Dockerfile')) ?? []
    ).map(Number);
    const [oldestMinor, oldestPatch] = supportedLines().get(line!) ?? [Infinity, Infinity];
    expect(minor! > oldestMinor || (minor === oldestMinor && patch! >= oldestPatch)).toBe(true);
  });

  it('builds the image on the version of Node that it ships', () => {
    const images = read('Dockerfile').match(/^FROM \S+/gm);
    expect(images).toHaveLength(2);
    expect(new Set(images)).toEqual(new Set(['FROM node:${NODE_VERSION}-bookworm-slim']));
  });

  it('tests every supported line of Node', () => {
    const [, matrix] = /^ +node: \[(.*)\]$/m.exec(read('.github/workflows/ci.yml')) ?? [];
    expect(matrix?.split(', ').map(Number)).toEqual([...supportedLines().keys()]);
  });
});
