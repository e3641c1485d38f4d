import { randomUUID } from 'node:crypto';
import { type Member } from './support/accounts.js';
import { beforeSuite } from './support/before-suite.js';
import { ADMIN, Deployment } from './support/deployment.js';
import { expectProblem, expectRevoked } from './support/expectations.js';

describe('the administration API', () => {
  const deployment = beforeSuite(() => Deployment.start({ instances: [{}, {}] }));
  const admin = beforeSuite(() => deployment.admin());

  const elsewhere = ({ tokens }: Member) => deployment.client(1).as(tokens.access_token);
  const administer = (id: string, body: unknown) => admin.patch(`/api/v1/users/${id}`, body);

  it('answers 403 to a user who is not an admin', async () => {
    const { client, id, sessionId } = await deployment.accounts().signUp();
    expectProblem(await client.get('/api/v1/users'), 403, 'forbidden');
    expectProblem(await client.get(`/api/v1/users/${id}`), 403, 'forbidden');
    expectProblem(await client.patch(`/api/v1/users/${id}`, { role: 'admin' }), 403, 'forbidden');
    expectProblem(await client.get(`/api/v1/users/${id}/sessions`), 403, 'forbidden');
    expectProblem(await client.delete(`/api/v1/users/${id}/sessions`), 403, 'forbidden');
    expectProblem(await client.delete(`/api/v1/users/${id}/sessions/${sessionId}`), 403, 'forbidden');
    expectProblem(await client.get('/api/v1/cache/stats'), 403, 'forbidden');
    expectProblem(await client.delete('/api/v1/cache'), 403, 'forbidden');
  });

  it('returns an account by its id, and answers 404 to an unknown id', async () => {
    const { id, email } = await deployment.accounts().register();
    await expect(admin.get(`/api/v1/users/${id}`)).resolves.toMatchObject({
      status: 200,
      body: { id, email },
    });
    for (const none of [randomUUID(), 'none', '1', `${id}0`]) {
      expectProblem(await admin.get(`/api/v1/users/${none}`), 404, 'not_found');
      expectProblem(await administer(none, { full_name: 'X' }), 404, 'not_found');
      expectProblem(await admin.delete(`/api/v1/users/${none}/sessions`), 404, 'not_found');
    }
  });

  it('changes a role, which takes effect at once on the other instance', async () => {
    const member = await deployment.accounts().signUp();
    expectProblem(await elsewhere(member).get('/api/v1/users'), 403, 'forbidden');
    await expect(administer(member.id, { role: 'admin' })).resolves.toMatchObject({
      body: { role: 'admin' },
    });
    await expect(elsewhere(member).get('/api/v1/users')).resolves.toMatchObject({ status: 200 });
    await administer(member.id, { role: 'researcher' });
    expectProblem(await elsewhere(member).get('/api/v1/users'), 403, 'forbidden');
    await expect(elsewhere(member).get('/api/v1/users/me')).resolves.toMatchObject({
      body: { role: 'researcher' },
    });
  });

  it('deactivates an account, whose tokens and logins are refused at once', async () => {
    const member = await deployment.accounts().signUp();
    await expect(elsewhere(member).get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    const changed = await administer(member.id, { is_active: false });
    expect(changed).toMatchObject({ status: 200, body: { is_active: false } });
    expectProblem(await elsewhere(member).get('/api/v1/users/me'), 401);
    expectProblem(await deployment.accounts(1).refresh(member.tokens.refresh_token), 401);
    expectProblem(await deployment.accounts(1).tryLogin(member), 403, 'user_inactive');
    const wrong = await deployment.accounts(1).tryLogin({ ...member, password: 'wrong-Test1234' });
    expectProblem(wrong, 401, 'invalid_credentials');
  });

  it('activates an account again, which can log in while its old tokens stay revoked', async () => {
    const member = await deployment.accounts().signUp();
    await administer(member.id, { is_active: false });
    await administer(member.id, { is_active: true });
    expectRevoked(await elsewhere(member).get('/api/v1/users/me'));
    expectRevoked(await deployment.accounts(1).refresh(member.tokens.refresh_token));
    const again = await deployment.accounts(1).logIn(member);
    await expect(again.client.get('/api/v1/sessions')).resolves.toMatchObject({ body: { total: 1 } });
  });

  it("ends an account's sessions, and the account can log in again", async () => {
    const member = await deployment.accounts().signUp();
    const other = await deployment.accounts(1).logIn(member);
    await expect(admin.delete(`/api/v1/users/${member.id}/sessions`)).resolves.toMatchObject({ status: 204 });
    for (const each of [member, other]) expectRevoked(await elsewhere(each).get('/api/v1/users/me'));
    const again = await deployment.accounts().logIn(member);
    await expect(elsewhere(again).get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
  });

  it('lists the sessions of an account, and ends one of them, which the other instance refuses at once', async () => {
    const member = await deployment.accounts().signUp();
    const other = await deployment.accounts(1).logIn(member);
    const sessions = `/api/v1/users/${member.id}/sessions`;
    await expect(elsewhere(other).get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    await expect(admin.get(sessions)).resolves.toMatchObject({
      status: 200,
      body: {
        total: 2,
        sessions: [
          { id: other.sessionId, current: false },
          { id: member.sessionId, current: false },
        ],
      },
    });
    await expect(admin.delete(`${sessions}/${other.sessionId}`)).resolves.toMatchObject({ status: 204 });
    expectRevoked(await elsewhere(other).get('/api/v1/users/me'));
    await expect(elsewhere(member).get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    await expect(admin.get(sessions)).resolves.toMatchObject({
      body: { total: 1, sessions: [{ id: member.sessionId }] },
    });
    const stranger = await deployment.accounts().signUp();
    for (const none of [other.sessionId, stranger.sessionId, randomUUID(), 'none'])
      expectProblem(await admin.delete(`${sessions}/${none}`), 404, 'not_found');
    await expect(elsewhere(stranger).get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
  });

  it('refuses to demote or deactivate the last active admin', async () => {
    const { body } = await admin.get<{ id: string }>('/api/v1/users/me');
    for (const change of [{ role: 'student' }, { is_active: false }, { role: 'student', is_active: false }])
      expectProblem(await administer(body.id, change), 409, 'last_admin');
    await expect(
      administer(body.id, { role: 'admin', is_active: true, full_name: 'Chief' }),
    ).resolves.toMatchObject({ status: 200, body: { role: 'admin', full_name: 'Chief' } });
    const second = await deployment.accounts().register();
    await administer(second.id, { role: 'admin', is_active: true });
    await administer(second.id, { is_active: false });
    expectProblem(await administer(body.id, { role: 'student' }), 409, 'last_admin');
    await administer(second.id, { role: 'student' });
    await expect(deployment.accounts(1).login(ADMIN)).resolves.toBeDefined();
  });

  it('refuses invalid changes of an account, and changes nothing for an empty body', async () => {
    const { id } = await deployment.accounts().register();
    const wrong = [
      { role: 'root' },
      { is_active: 'false' },
      { is_active: null },
      { email: 'a@example.org' },
      [],
    ];
    for (const body of wrong) expectProblem(await administer(id, body), 422, 'validation_failed');
    await expect(administer(id, {})).resolves.toMatchObject({ status: 200, body: { id, role: 'student' } });
  });

  it('empties the cache, which changes no verdict', async () => {
    const [live, left] = [await deployment.accounts().signUp(), await deployment.accounts().signUp()];
    await left.client.post('/api/v1/auth/logout');
    const { status, body } = await admin.delete<{ removed: number }>('/api/v1/cache');
    expect(status).toBe(200);
    expect(body.removed).toBeGreaterThanOrEqual(2);
    await expect(elsewhere(live).get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    expectRevoked(await elsewhere(left).get('/api/v1/users/me'));
    await expect(admin.get('/api/v1/cache/stats')).resolves.toMatchObject({
      status: 200,
      body: { status: 'available', trust: 'trusted', cached_users: expect.any(Number) },
    });
  });
});
