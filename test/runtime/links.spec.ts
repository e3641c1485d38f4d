import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchorsOf, linksIn } from './asvs/document.js';

/** Where the absolute links of packages lead: npm shows their READMEs without the repository. */
const PUBLISHED = 'https://github.com/ergodrive/ergodrive-backend/blob/main/';

// Jest runs from the project's root.
const documents = [
  ...readdirSync('.'),
  ...['.github', 'bench', 'docs', 'examples', 'packages', 'test/fixtures'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  ),
].filter((file) => file.endsWith('.md') && !/\/(node_modules|dist)\//.test(file));
const textOf = (file: string) => readFileSync(file, 'utf8').replace(/^ *```.*?^ *```/gms, '');
const isExternal = (link: string) => /^(https?|mailto):/.test(link);

/** The links of a document to this repository, as paths from its root, with the heading behind `#`. */
function targetsIn(document: string): { link: string; path: string; heading: string | undefined }[] {
  return linksIn(textOf(document)).flatMap((link) => {
    const published = link.startsWith(PUBLISHED);
    if (isExternal(link) && !published) return [];
    const [file = '', heading] = (published ? link.slice(PUBLISHED.length) : link).split('#', 2);
    const path = file === '' ? document : published ? file : normalize(join(dirname(document), file));
    return [{ link, path, heading }];
  });
}

describe('the documents', () => {
  it('link to files and headings that exist', () => {
    const broken = documents.flatMap((document) =>
      targetsIn(document)
        .filter(
          ({ path, heading }) =>
            !existsSync(path) || (heading !== undefined && !anchorsOf(textOf(path)).has(heading)),
        )
        .map(({ link }) => `${document}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('of packages link by absolute addresses, because npm shows them without the repository', () => {
    const readmes = documents.filter((document) => /^packages\/[^/]+\/README\.md$/.test(document));
    expect(readmes).toHaveLength(3);
    const relative = readmes.flatMap((readme) =>
      linksIn(textOf(readme))
        .filter((link) => !isExternal(link) && !link.startsWith('#'))
        .map((link) => `${readme}: ${link}`),
    );
    expect(relative).toEqual([]);
  });
});
