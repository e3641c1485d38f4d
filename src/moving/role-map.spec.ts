import { RoleMap } from './role-map.js';

const ROLES = { names: ['student', 'researcher', 'admin'], default: 'student' };

describe('RoleMap', () => {
  const map = new RoleMap(['teacher=researcher', 'boss=admin', 'legacy='], ROLES);

  it.each([
    [[], 'student'],
    [['researcher'], 'researcher'],
    [['teacher'], 'researcher'],
    [['legacy'], 'student'],
    [['student', 'boss'], 'admin'],
    [['admin', 'teacher'], 'researcher'],
    [['admin', 'student', 'legacy'], 'admin'],
  ])('gives for the roles %j the role %s', (roles, role) => expect(map.roleOf(roles)).toBe(role));

  it.each([[['teacher', 'unknown']], [['Admin']], [[7]], [[null]]])('refuses the roles %j', (roles) =>
    expect(() => map.roleOf(roles)).toThrow(),
  );

  it('takes the first of ROLES without a map, so that nobody gets more by chance', () =>
    expect(new RoleMap([], ROLES).roleOf(['admin', 'student'])).toBe('student'));

  it.each(['teacher', '=admin', 'teacher=nobody'])('does not accept the pair %j', (pair) =>
    expect(() => new RoleMap([pair], ROLES)).toThrow(/--role-map/),
  );
});
