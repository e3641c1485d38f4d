import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNT_ACTIONS } from '../../src/audit/audit-action.js';
import { VIOLATION_CODES } from '../../src/config/violation.js';
import { PROBLEM_CODES } from '../../src/http/problems.js';

const FOLDER = 'packages/console/src/catalogs';
// Jest runs from the project's root.
const read = (path: string) => readFileSync(join(process.cwd(), path), 'utf8');
const catalogOf = (language: string) =>
  JSON.parse(read(`${FOLDER}/${language}.json`)) as Record<string, string>;
const placeholdersOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe('the catalogs of the pages', () => {
  const english = catalogOf('en');
  const german = catalogOf('de');
  const lacking = (kind: string, codes: readonly string[]) =>
    codes.filter((code) => !(`${kind}.${code}` in english));

  it('have the same keys, with the same placeholders', () => {
    expect(Object.keys(german).sort()).toEqual(Object.keys(english).sort());
    for (const [key, text] of Object.entries(english))
      expect({ key, values: placeholdersOf(german[key] ?? '') }).toEqual({
        key,
        values: placeholdersOf(text),
      });
  });

  it('have a text for each problem that the service answers', () => {
    expect(lacking('problem', PROBLEM_CODES)).toEqual([]);
  });

  it('have a text for each reason why a value is refused', () => {
    expect(lacking('violation', VIOLATION_CODES)).toEqual([]);
  });

  it('have a text for each event of an account', () => {
    expect(lacking('event', ACCOUNT_ACTIONS)).toEqual([]);
  });

  it('have a text for each reason why a session ends', () => {
    const union = /type RevokeReason =([^;]+);/.exec(read('src/common/revoke-reason.ts'))?.[1] ?? '';
    const reasons = [...union.matchAll(/'(\w+)'/g)].map(([, reason = '']) => reason);
    expect(reasons.length).toBeGreaterThan(10);
    expect(lacking('reason', [...reasons, 'expired', 'session_deleted', 'other_login'])).toEqual([]);
  });
});
