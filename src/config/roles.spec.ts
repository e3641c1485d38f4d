import 'reflect-metadata';
import { problemsOfConfiguration } from '../../test/support/problems-of-configuration.js';
import { loadConfig } from './load-config.js';

const JWT_SECRET = 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu';
const many = (count: number) => Array.from({ length: count }, (_, index) => `role-${index}`).join(',');

describe('the configured roles', () => {
  const rolesOf = (variables: Record<string, string>) => loadConfig({ JWT_SECRET, ...variables }).roles;
  const problemsOf = (variables: Record<string, string>) =>
    problemsOfConfiguration({ JWT_SECRET, ...variables });

  it('are student, researcher and admin by default, and a new account is a student', () => {
    const roles = { names: ['student', 'researcher', 'admin'], default: 'student' };
    expect(rolesOf({})).toEqual(roles);
    expect(rolesOf({ ROLES: '', DEFAULT_ROLE: '' })).toEqual(roles);
  });

  it.each([
    [{ ROLES: 'admin,editor, reader ' }, ['admin', 'editor', 'reader'], 'editor'],
    [{ ROLES: 'admin,editor,reader', DEFAULT_ROLE: 'reader' }, ['admin', 'editor', 'reader'], 'reader'],
    [{ DEFAULT_ROLE: 'researcher' }, ['student', 'researcher', 'admin'], 'researcher'],
    [{ ROLES: `admin,${'a'.repeat(30)},b_2-` }, ['admin', 'a'.repeat(30), 'b_2-'], 'a'.repeat(30)],
  ])('are those of %j', (variables, names, initial) =>
    expect(rolesOf(variables)).toEqual({ names, default: initial }),
  );

  it('may be 50, and not 51', () => {
    expect(rolesOf({ ROLES: `admin,${many(49)}` }).names).toHaveLength(50);
    expect(problemsOf({ ROLES: `admin,${many(50)}` })).toEqual([
      expect.stringMatching(/^ROLES .*at most 50/),
    ]);
  });

  it.each([
    [{ ROLES: 'admin' }, /^ROLES must have a role beside admin/],
    [{ ROLES: 'student,researcher' }, /^ROLES must have admin$/],
    [{ ROLES: 'admin,student,student' }, /^ROLES must have each name once$/],
    [{ ROLES: 'admin,Student' }, /^ROLES must be .*a to z/],
    [{ ROLES: 'admin,étudiant' }, /^ROLES must be/],
    [{ ROLES: 'admin,a b' }, /^ROLES must be/],
    [{ ROLES: 'admin,a\nb' }, /^ROLES must be/],
    [{ ROLES: 'admin,,student' }, /^ROLES must be/],
    [{ ROLES: 'admin,student,' }, /^ROLES must be/],
    [{ ROLES: `admin,${'a'.repeat(31)}` }, /^ROLES must be .*1 to 30/],
    [{ DEFAULT_ROLE: 'teacher' }, /^DEFAULT_ROLE must be one of ROLES/],
    [{ DEFAULT_ROLE: 'admin' }, /^DEFAULT_ROLE must be .*not admin$/],
    [{ ROLES: 'admin,editor', DEFAULT_ROLE: 'student' }, /^DEFAULT_ROLE must be one of ROLES/],
  ])('are refused in %j, by name and rule', (variables, rule) =>
    expect(problemsOf(variables)).toEqual([expect.stringMatching(rule)]),
  );
});
