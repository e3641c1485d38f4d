import { randomUUID } from 'node:crypto';
import { beforeSuite, Deployment, expectProblem } from './support/suite.js';

interface UserPage {
  total: number;
  users: { id: string; email: string; full_name: string }[];
  page: number;
  page_size: number;
}

const NAMES = [
  '100% Ada',
  '50 % off',
  'snake_case',
  'snakeXcase',
  'back\\slash',
  "O'Brien",
  'Ångström',
  'İstanbul',
];

describe('the list of accounts', () => {
  const deployment = beforeSuite(() => Deployment.start());
  const admin = beforeSuite(() => deployment.admin());
  beforeAll(async () => {
    for (const [index, full_name] of NAMES.entries()) {
      const body = { email: `user${index}@search.example.org`, password: randomUUID(), full_name };
      expect((await deployment.client().post('/api/v1/auth/register', body)).status).toBe(201);
    }
  });

  const search = async (query: Record<string, string>) =>
    (await admin.get<UserPage>(`/api/v1/users?${new URLSearchParams(query).toString()}`)).body;
  const named = async (q: string) => (await search({ q })).users.map(({ full_name }) => full_name);

  it('has every account, oldest first, and no password hash', async () => {
    const { body, status } = await admin.get<UserPage>('/api/v1/users');
    expect(status).toBe(200);
    expect(body).toMatchObject({ total: NAMES.length + 1, page: 1, page_size: 20 });
    expect(body.users.slice(1).map(({ full_name }) => full_name)).toEqual(NAMES);
    expect(Object.keys(body.users[0]!).sort()).toEqual(
      [
        'created_at',
        'deletion_due_at',
        'email',
        'email_verified',
        'full_name',
        'id',
        'is_active',
        'locale',
        'role',
        'updated_at',
      ].sort(),
    );
  });

  it('finds parts of addresses and names, in any case', async () => {
    await expect(named('USER3@SEARCH')).resolves.toEqual(['snakeXcase']);
    await expect(named('ada')).resolves.toEqual(['100% Ada']);
    await expect(named('Ångstr')).resolves.toEqual(['Ångström']);
    await expect(named('A\u030angstro\u0308m')).resolves.toEqual(['Ångström']);
    await expect(named('nobody')).resolves.toEqual([]);
  });

  it('takes special characters of a search literally', async () => {
    await expect(named('%')).resolves.toEqual(['100% Ada', '50 % off']);
    await expect(named('0%')).resolves.toEqual(['100% Ada']);
    await expect(named('_')).resolves.toEqual(['snake_case']);
    await expect(named('\\')).resolves.toEqual(['back\\slash']);
    await expect(named("O'B")).resolves.toEqual(["O'Brien"]);
    await expect(named('.*')).resolves.toEqual([]);
  });

  it('has only accounts of a role, or only active or deactivated ones, also of a search', async () => {
    const [first, second] = (await search({ q: '@search' })).users;
    await admin.patch(`/api/v1/users/${first!.id}`, { role: 'researcher' });
    await admin.patch(`/api/v1/users/${second!.id}`, { is_active: false });
    const totals = async (...queries: Record<string, string>[]) =>
      Promise.all(queries.map(async (query) => (await search(query)).total));
    await expect(
      totals({ role: 'researcher' }, { role: 'admin' }, { role: 'no-such', q: '' }, { is_active: 'false' }),
    ).resolves.toEqual([1, 1, 0, 1]);
    await expect(totals({ is_active: 'true' })).resolves.toEqual([NAMES.length]);
    await expect(totals({ role: 'student', is_active: 'true', q: '@search' })).resolves.toEqual([
      NAMES.length - 2,
    ]);
    await expect(totals({ role: 'admin', q: '@search' }, { is_active: 'false', q: 'Ada' })).resolves.toEqual([
      0, 0,
    ]);
    await admin.patch(`/api/v1/users/${second!.id}`, { is_active: true });
  });

  it('comes in pages, which together have every account', async () => {
    const pages = await Promise.all(
      ['1', '2', '3', '4'].map((page) => search({ page, page_size: '3', q: '@search' })),
    );
    expect(pages.map(({ users }) => users.length)).toEqual([3, 3, 2, 0]);
    expect(pages.map(({ total }) => total)).toEqual(pages.map(() => NAMES.length));
    expect(pages.flatMap(({ users }) => users.map(({ full_name }) => full_name))).toEqual(NAMES);
  });

  it('refuses impossible pages and queries', async () => {
    const wrong = [
      'page=0',
      'page=-1',
      'page=99999999999999999999',
      'page_size=0',
      'page_size=101',
      'page=NaN',
    ];
    for (const query of [
      ...wrong,
      'page=',
      'page=1&page=2',
      'q=a&q=b',
      `q=${'x'.repeat(255)}`,
      'order=email',
      'role=',
      'role=A',
      'role=%00',
      'is_active=1',
      'is_active=',
      'is_active=true&is_active=true',
    ])
      expectProblem(await admin.get(`/api/v1/users?${query}`), 422, 'validation_failed');
    await expect(admin.get('/api/v1/users?page=100000')).resolves.toMatchObject({ status: 200 });
  });
});
