import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Options, transform } from '@swc/core';

/** The path of what the build makes of a file of `src/`, from the checkout's root. */
export const builtPath = (file: string): string => file.replace(/^src\//, 'dist/').replace(/\.ts$/, '.js');

/**
 * What `nest build` writes for a source, in milliseconds: the options of `.swcrc` with those that nest adds. A file
 * that is not TypeScript is copied.
 *
 * @param folder the checkout or a copy of it
 * @param file a file of `src/`, from that folder
 * @throws Error when the source has a syntax error
 */
export async function compileLikeBuild(folder: string, file: string, source: string): Promise<string> {
  if (!file.endsWith('.ts')) return source;
  const { $schema: _schema, ...swc } = JSON.parse(
    await readFile(join(folder, '.swcrc'), 'utf8'),
  ) as Options & { $schema: string };
  const { code } = await transform(source, {
    ...swc,
    swcrc: false,
    filename: join(folder, file),
    jsc: {
      ...swc.jsc,
      baseUrl: folder,
      paths: {},
      transform: { ...swc.jsc?.transform, useDefineForClassFields: false },
    },
  });
  return `${code}\n//# sourceMappingURL=${basename(builtPath(file))}.map`;
}
