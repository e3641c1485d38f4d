/** One change of the code that breaks a promise, and the tests that must fail because of it. */
export interface Mutant {
  /** What the changed code does wrong, as a sentence without a full stop. */
  readonly name: string;
  /** The file that is changed, from the checkout's root. */
  readonly file: string;
  /** Source text that occurs exactly once in the file. */
  readonly text: string;
  readonly replacement: string;
  /**
   * The spec files to run, from the checkout's root; choose the quickest that cover the promise. A spec that imports one of
   * `packages/` by its name does not see the change.
   */
  readonly specs: readonly [string, ...string[]];
  /**
   * Runs only tests whose full name contains this text, which must be in the spec or in a file that the spec imports. These
   * tests must also pass without the others of the spec.
   */
  readonly test?: string;
}

/**
 * The source with the mutant's change.
 *
 * @throws Error when the text does not occur exactly once, or the change changes nothing
 */
export function mutate(source: string, { file, text, replacement }: Mutant): string {
  const [before = '', after, ...more] = source.split(text);
  if (after === undefined || text === '') throw new Error(`${file} does not contain the text: ${text}`);
  if (more.length > 0) throw new Error(`${file} contains the text ${more.length + 1} times: ${text}`);
  if (text === replacement) throw new Error(`the replacement is the text itself: ${text}`);
  return before + replacement + after;
}

/**
 * Mutants of one file that fail tests of one spec, as a tag of a template with two lines or more for each: the mutant's name and
 * `| ` with the tests to run, if not all; the text after `- ` and the replacement after `+ `, where each line of code has its own.
 * A line that ends with a space ends with `${''}` too, as editors remove spaces at the end.
 *
 * @throws Error when a mutant has no text or no replacement
 */
export function mutantsOf(file: string, spec: string) {
  return (template: TemplateStringsArray, ...values: readonly string[]): Mutant[] => {
    const table = String.raw({ raw: template }, ...values);
    return table
      .replace(/^\n|\n *$/g, '')
      .split(/(?<=^ *\+.*)\n(?! *\+)/m)
      .map((rows) => mutantOf(file, spec, rows.split('\n')));
  };
}

function mutantOf(file: string, spec: string, rows: readonly string[]): Mutant {
  const linesAfter = (sign: RegExp) =>
    rows.filter((row) => sign.test(row)).map((row) => row.replace(sign, ''));
  const [text, replacement] = [linesAfter(/^ *- ?/), linesAfter(/^ *\+ ?/)];
  const [name = '', test] = linesAfter(/^ *(?![ +-])/)
    .join(' ')
    .split(/ +\| /);
  if (text.length === 0 || replacement.length === 0)
    throw new Error(`a mutant of ${file} is not complete: ${name}`);
  const mutant = { name, file, text: text.join('\n'), replacement: replacement.join('\n') };
  return { ...mutant, specs: [spec], ...(test === undefined ? {} : { test }) };
}
