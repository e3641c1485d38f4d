import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anchorsOf, countsOf, linksIn, rowsOf, STATES, testsIn, type Row } from './document.js';
import { ASVS_ROWS } from './rows.js';
import { testTitlesOf } from './test-titles.js';

// Jest runs from the project's root.
const pathOf = (...parts: string[]) => join(process.cwd(), ...parts);
const read = (file: string) => readFileSync(pathOf(file), 'utf8');
const TEXT = read('docs/asvs.md');
const ROWS = rowsOf(TEXT);
/** Sections of the standard that ask for documents; a document can show them. */
const ON_DOCUMENTS = ['2.1', '6.1', '7.1', '11.1', '13.1', '14.1', '16.1'];
const withState = (...states: string[]) => ROWS.filter(({ state }) => states.includes(state));
const isState = (state: string) => (STATES as readonly string[]).includes(state);
const idsOf = (rows: Row[]) => rows.map(({ id }) => id);
const isOnDocuments = ({ id }: Row) => ON_DOCUMENTS.includes(id.replace(/\.\d+$/, ''));
const names = new Map<string, Set<string>>();
const hasTest = (file: string, name: string): boolean => {
  if (!existsSync(pathOf(file))) return false;
  const known = names.get(file) ?? testTitlesOf(pathOf(file));
  names.set(file, known);
  return known.has(name);
};

/** Whether the target of a link exists; relative to the folder of the document. */
const hasTarget = (target: string): boolean => {
  if (/^https:/.test(target)) return true;
  const [file = '', anchor] = target.split('#');
  const path = pathOf('docs', file === '' ? 'asvs.md' : file);
  if (!existsSync(path)) return false;
  return anchor === undefined || anchorsOf(readFileSync(path, 'utf8')).has(anchor);
};

describe('docs/asvs.md', () => {
  it.each([1, 2] as const)('has each row of level %i once', (level) => {
    expect(idsOf(ROWS.filter((row) => row.level === level)).sort()).toEqual([...ASVS_ROWS[level]].sort());
  });

  it('has no line that looks like a row and cannot be read', () =>
    expect(TEXT.match(/^\|\s*\d+\.\d+\.\d+\b/gm)).toHaveLength(ROWS.length));

  it('has rows of levels 1 and 2, each with a known state', () => {
    expect(ROWS.filter(({ level, state }) => ![1, 2].includes(level) || !isState(state))).toEqual([]);
  });

  it('counts its rows, by chapter and by state', () => {
    const chapterOf = ({ id }: Row) => `V${id.split('.')[0]}`;
    const chapters = [...new Set(ROWS.map(chapterOf))];
    const ofChapter = (chapter: string) => ROWS.filter((row) => chapterOf(row) === chapter);
    const count = (rows: Row[]) => [
      rows.length,
      ...STATES.map((state) => rows.filter((row) => row.state === state).length),
    ];
    expect(countsOf(TEXT)).toEqual({
      ...Object.fromEntries(chapters.map((chapter) => [chapter, count(ofChapter(chapter))])),
      all: count(ROWS),
    });
  });

  it.each([
    ['What deviates on purpose', 'deviation'],
    ['What is open', 'open'],
  ])('lists under "%s" the rows of that state', (heading, state) => {
    const section = TEXT.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    const listed = [...section.matchAll(/^- \*\*([\d.]+)\*\*/gm)].map(([, id]) => id);
    expect(listed).toEqual(idsOf(withState(state)));
  });

  it('names a test in each row that is met, or a document where the row asks for one', () => {
    const bare = withState('met').filter(
      (row) =>
        testsIn(row.evidence).length === 0 && !(isOnDocuments(row) && linksIn(row.evidence).length > 0),
    );
    expect(idsOf(bare)).toEqual([]);
  });

  it('names tests that exist', () => {
    const missing = ROWS.flatMap(({ id, evidence }) =>
      testsIn(evidence)
        .filter(({ file, name }) => !hasTest(file, name))
        .map((reference) => ({ id, ...reference })),
    );
    expect(missing).toEqual([]);
  });

  it('links to documents and headings that exist', () =>
    expect(linksIn(TEXT).filter((target) => !hasTarget(target))).toEqual([]));

  it('gives a reason in each row, and what to do meanwhile where the row is not met', () => {
    const silent = withState('open', 'deviation').filter(({ evidence }) => !/ Meanwhile: \S/.test(evidence));
    expect(idsOf(silent)).toEqual([]);
    expect(idsOf(withState('not applicable').filter(({ evidence }) => evidence.length < 10))).toEqual([]);
  });
});
