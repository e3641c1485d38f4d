import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUDIT_ACTIONS } from '../../src/audit/audit-action.js';
import { CLIENT_SCOPES } from '../../src/clients/client-scope.js';
import { VIOLATION_CODES } from '../../src/config/violation.js';
import { PROBLEM_CODES } from '../../src/http/problems.js';

const FOLDER = 'packages/console/src/catalogs';
const ADMIN_FOLDER = 'packages/console/src/admin/catalogs';
// Jest runs from the project's root.
const read = (path: string) => readFileSync(join(process.cwd(), path), 'utf8');
const catalogOf = (language: string, folder = FOLDER) =>
  JSON.parse(read(`${folder}/${language}.json`)) as Record<string, string>;
/** Each text of one language beside that of the other, by its placeholders. */
function expectLikeness(one: Record<string, string>, other: Record<string, string>): void {
  expect(Object.keys(other).sort()).toEqual(Object.keys(one).sort());
  for (const [key, text] of Object.entries(one))
    expect({ key, values: placeholdersOf(other[key] ?? '') }).toEqual({ key, values: placeholdersOf(text) });
}
const reasonsOfEnds = (): string[] => {
  const union = /type RevokeReason =([^;]+);/.exec(read('src/common/revoke-reason.ts'))?.[1] ?? '';
  return [...union.matchAll(/'([\w:]+)'/g)].map(([, reason = '']) => reason);
};
/** Loads each file of `src` that registers actions. @returns how many there are */
async function registerAll(): Promise<number> {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'),
  );
  const registering = files.filter((one) => read(`src/${one}`).includes('registerAuditActions('));
  for (const file of registering) await import(`../../src/${file.replace(/ts$/, 'js')}`);
  return registering.length;
}
const placeholdersOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe('the catalogs of the pages', () => {
  const english = catalogOf('en');
  const german = catalogOf('de');
  const admin = catalogOf('en', ADMIN_FOLDER);
  const lacking = (kind: string, codes: readonly string[]) =>
    codes.filter((code) => !(`${kind}.${code}` in english));

  it('have the same keys, with the same placeholders', () => {
    expectLikeness(english, german);
    expectLikeness(admin, catalogOf('de', ADMIN_FOLDER));
  });

  it('have no key twice: neither page shows a text of the other in its place', () =>
    expect(Object.keys(admin).filter((key) => key in english)).toEqual([]));

  it('have a text for each action of the audit trail, also on /account: an owner reads every event of the account', async () => {
    expect(await registerAll()).toBeGreaterThan(3);
    expect(lacking('event', AUDIT_ACTIONS)).toEqual([]);
  });

  it('have a text for admins for each reason why a session ends', () => {
    const reasons = reasonsOfEnds();
    expect(reasons.length).toBeGreaterThan(10);
    expect(reasons.filter((reason) => !(`audit.reason.${reason}` in admin))).toEqual([]);
  });

  it('have a text for each scope of a client', () => {
    expect(CLIENT_SCOPES.filter((scope) => !(`scope.${scope}` in admin))).toEqual([]);
    const listed = /const SCOPES[^=]*= \[([^\]]+)\]/.exec(
      read('packages/console/src/admin/clients/scopes.tsx'),
    )?.[1];
    expect([...(listed ?? '').matchAll(/'([\w:]+)'/g)].map(([, scope]) => scope)).toEqual([...CLIENT_SCOPES]);
  });

  it('have a text for each problem that the service answers', () =>
    expect(lacking('problem', PROBLEM_CODES)).toEqual([]));

  it('have a text for each reason why a value is refused', () =>
    expect(lacking('violation', VIOLATION_CODES)).toEqual([]));

  it('have a text for each reason why a session ends', () => {
    const reasons = reasonsOfEnds();
    expect(reasons.length).toBeGreaterThan(10);
    expect(lacking('reason', [...reasons, 'expired', 'session_deleted', 'other_login'])).toEqual([]);
  });
});
