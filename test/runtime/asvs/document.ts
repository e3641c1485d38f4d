export const STATES = ['met', 'not applicable', 'open', 'deviation'] as const;

/** One requirement, as a line of a table has it. */
export interface Row {
  id: string;
  level: number;
  state: string;
  /** Tests and documents that show it, or the reason. */
  evidence: string;
}

/** The name is the full one, see `testTitlesOf`. */
export type TestReference = { file: string; name: string };

const ROW = /^\| (\d+\.\d+\.\d+) \| (\d) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm;
const COUNTS = /^\| (V\d+|all)\b[^|]*((?:\| \d+ )+)\|$/gm;
/** A file of tests, and the names that follow it. */
const SPEC = /`([^`]+\.ts)`((?:,? "[^"]+")*)/g;
const LINK = /\]\(([^)]+)\)/g;

export const rowsOf = (text: string): Row[] =>
  [...text.matchAll(ROW)].map(([, id = '', level, state = '', evidence = '']) => ({
    id,
    level: Number(level),
    state,
    evidence,
  }));

/** The numbers of the summary: for each chapter, and for `all`, the rows and how many have each of `STATES`. */
export const countsOf = (text: string): Record<string, number[]> =>
  Object.fromEntries(
    [...text.matchAll(COUNTS)].map(([, chapter = '', numbers = '']) => [
      chapter,
      [...numbers.matchAll(/\d+/g)].map(Number),
    ]),
  );

/** The tests that a cell names. A file without a name of a test is a reference with an empty name. */
export const testsIn = (cell: string): TestReference[] =>
  [...cell.matchAll(SPEC)].flatMap(([, file = '', quoted = '']) => {
    const names = [...quoted.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);
    return (names.length > 0 ? names : ['']).map((name) => ({ file, name }));
  });

/** The documents that a cell links to, with the name of a heading after `#`. */
export const linksIn = (cell: string): string[] => [...cell.matchAll(LINK)].map(([, target = '']) => target);

/** The names by which links reach the headings of a Markdown text. */
export const anchorsOf = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
