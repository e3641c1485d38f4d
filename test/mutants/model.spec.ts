import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './git.js';
import { MUTANTS } from './mutants.js';

const model = (file: string) => readFileSync(join(ROOT, 'docs/model', file), 'utf8');
const namesIn = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name);

/** Names in capitals: `double-fault` drops an assumption and breaks no rule. */
const ofModel = namesIn(model('check'), /^(?:mutant|cycle) +([A-Z]+) /gm);
const ofCode = namesIn(MUTANTS.map(({ name }) => name).join('\n'), /^([A-Z]+): /gm);
const notInCode = namesIn(model('README.md'), /^\| `([A-Z]+)` \|.*\bnot in the code: /gm);

describe('the mutants of the model in docs/model', () => {
  it('each have a mutant of the code, or a reason in the README of the model', () => {
    const known = new Set([...ofCode, ...notInCode]);
    expect(ofModel).not.toEqual([]);
    expect(ofModel.filter((name) => !known.has(name))).toEqual([]);
  });

  it('have the names that mutants of the code begin with', () => {
    expect([...ofCode, ...notInCode].filter((name) => !ofModel.includes(name))).toEqual([]);
  });

  it('have no reason in the README where they have a mutant of the code', () => {
    expect(notInCode.filter((name) => ofCode.includes(name))).toEqual([]);
  });
});
