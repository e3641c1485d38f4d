import { randomUUID } from 'node:crypto';
import { basic } from '../support/app/oauth-client.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { registerOAuthClient } from './support/oauth-clients.js';
import { beforeSuite, claimsOf, Deployment, expectProblem, type Member } from './support/suite.js';

const OWN = ['reader', 'editor', 'admin'];
const FORMER = ['student', 'researcher', 'admin'];
/** An instance before the change of ROLES. */
const BEFORE = 1;

/** As during a change of `ROLES`, which the instances learn one after the other. */
describe('instances with other roles than those before', () => {
  const deployment = beforeSuite(() => {
    const own = { ROLES: OWN.join(','), LOG_LEVEL: 'warn' };
    return Deployment.ofProcesses({ instances: [own, { DEFAULT_ROLE: 'researcher' }] });
  });
  const admin = beforeSuite(() => deployment.admin());

  const register = (body: object, instance = 0) =>
    deployment.client(instance).post('/api/v1/auth/register', {
      email: `${randomUUID()}@example.org`,
      password: 'Test1234',
      full_name: 'Ada',
      ...body,
    });
  const administer = ({ id }: Pick<Member, 'id'>, body: object) => admin.patch(`/api/v1/users/${id}`, body);
  const at = (instance: number, { tokens }: Member) => deployment.client(instance).as(tokens.access_token);
  const notAllowed = (allowed: string[]) => [
    expect.objectContaining({ field: 'role', code: 'not_allowed', allowed }),
  ];

  it('register accounts with their own default role, and with no other', async () => {
    await expect(register({})).resolves.toMatchObject({ status: 201, body: { role: 'reader' } });
    await expect(register({ role: 'reader' })).resolves.toMatchObject({
      status: 201,
      body: { role: 'reader' },
    });
    await expect(register({}, BEFORE)).resolves.toMatchObject({ status: 201, body: { role: 'researcher' } });
    for (const role of ['editor', 'admin']) expectProblem(await register({ role }), 403, 'forbidden');
    expectProblem(await register({ role: 'student' }, BEFORE), 403, 'forbidden');
    const { errors } = expectProblem(await register({ role: 'student' }), 422, 'validation_failed');
    expect(errors).toEqual(notAllowed(OWN));
    const others = expectProblem(await register({ role: 'reader' }, BEFORE), 422, 'validation_failed');
    expect(others.errors).toEqual(notAllowed(FORMER));
  });

  it('let an admin grant their own roles alone', async () => {
    const { id } = await deployment.accounts().register();
    await expect(administer({ id }, { role: 'editor' })).resolves.toMatchObject({ body: { role: 'editor' } });
    const { errors } = expectProblem(await administer({ id }, { role: 'student' }), 422, 'validation_failed');
    expect(errors).toEqual(notAllowed(OWN));
    await expect(administer({ id }, { full_name: 'Ada King' })).resolves.toMatchObject({
      body: { role: 'editor' },
    });
  });

  it('read accounts and tokens of either list', async () => {
    const client = await registerOAuthClient(admin);
    const newer = await deployment.accounts().signUp();
    const older = await deployment.accounts(BEFORE).signUp();
    for (const [member, role] of [
      [newer, 'reader'],
      [older, 'researcher'],
    ] as const) {
      expect(claimsOf(member.tokens.access_token).role).toBe(role);
      for (const instance of [0, BEFORE]) {
        const client_ = at(instance, member);
        // Once from PostgreSQL, once from the cache, which the instances share.
        for (let read = 0; read < 2; read++)
          await expect(client_.get('/api/v1/users/me')).resolves.toMatchObject({
            status: 200,
            body: { role },
          });
        await expect(client_.get(`/api/v1/auth/check?role=${role}`)).resolves.toMatchObject({ status: 200 });
        const introspected = await deployment
          .client(instance)
          .post('/oauth2/introspect', new URLSearchParams({ token: member.tokens.access_token }), {
            headers: { authorization: basic(client) },
          });
        expect(introspected.body).toMatchObject({ active: true, role });
        const refreshed = await deployment.accounts(instance).logIn(member);
        expect(claimsOf(refreshed.tokens.access_token).role).toBe(role);
      }
    }
    const unknown = await at(BEFORE, older).get('/api/v1/auth/check?role=reader');
    const { errors } = expectProblem(unknown, 422, 'validation_failed');
    expect(errors).toEqual(notAllowed(FORMER));
    expectProblem(await at(BEFORE, newer).get('/api/v1/auth/check?role=admin'), 403, 'forbidden');
  });

  it('let accounts keep a former role until an admin changes it', async () => {
    const member = await deployment.accounts(BEFORE).signUp();
    await expect(administer(member, { full_name: 'Ada King' })).resolves.toMatchObject({
      status: 200,
      body: { role: 'researcher', full_name: 'Ada King' },
    });
    const again = await deployment.accounts().refresh(member.tokens.refresh_token);
    expect(claimsOf(again.body.access_token).role).toBe('researcher');
    await administer(member, { role: 'reader' });
    await expect(at(BEFORE, member).get('/api/v1/users/me')).resolves.toMatchObject({
      body: { role: 'reader' },
    });
  });

  it('document the roles that each of them grants', async () => {
    for (const [instance, roles, initial] of [
      [0, OWN, 'reader'],
      [BEFORE, FORMER, 'researcher'],
    ] as const) {
      const { body } = await deployment
        .client(instance)
        .get<{ components: { schemas: object } }>('/api/docs-json');
      expect(body.components.schemas).toMatchObject({
        Role: { type: 'string', enum: roles, description: expect.stringContaining(`\`${initial}\``) },
      });
    }
  });

  it('warn at their start of accounts with former roles, with the number of each', async () => {
    await deployment.accounts(BEFORE).register();
    const count = `SELECT count(*)::int AS accounts FROM users WHERE role = 'researcher'`;
    const [row] = await sql<{ accounts: number }>(deployment.databaseUrl, count);
    const app = deployment.apps[0]!;
    await app.restart();
    await waitFor(() => app.output.includes('Accounts have roles that ROLES does not name'), {
      what: 'the warning',
    });
    expect(app.output).toContain(`accounts={"researcher":${row?.accounts}}`);
  });
});
