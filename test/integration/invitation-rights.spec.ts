import { createTestDatabase } from '../support/postgres/test-database.js';
import { randomUUID } from 'node:crypto';
import { type Member, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { accept, invitationToken, invite, invited, newAddress, outcomeOf } from './invitations.js';
import { limitKey } from './limit-key.js';
import { registerAdmin } from './oauth-clients.js';
import { databaseOfSuite } from './app-suite.js';

describe('the right to invite', () => {
  const database = databaseOfSuite();
  let env: Record<string, string>;
  let app: AppInProcess;
  let admin: Member;

  beforeAll(async () => {
    env = { DATABASE_URL: database.url, JWT_SECRET: randomUUID() + randomUUID() };
    app = await AppInProcess.start(env);
    admin = await registerAdmin(app);
  });

  const resend = (id: string) => app.call('POST', `/api/v1/invitations/${id}/resend`, { token: admin.token });
  const stateOf = async (id: string) => {
    const { body } = await app.call('GET', '/api/v1/invitations?page_size=100', { token: admin.token });
    return (body['invitations'] as { id: string; state: string }[]).find((each) => each.id === id)?.state;
  };
  const change = (id: string, body: object) =>
    app.call('PATCH', `/api/v1/users/${id}`, { token: admin.token, body });

  it('makes an invitation void when the inviter loses it, until another admin sends it again', async () => {
    const losses: ((id: string) => Promise<unknown>)[] = [
      (id) => change(id, { role: 'researcher' }),
      (id) => change(id, { is_active: false }),
      (id) => app.query('DELETE FROM users WHERE id = $1', [id]),
    ];
    for (const lose of losses) {
      const inviter = await registerAdmin(app);
      const { id, token } = await invited(app, inviter);
      await lose(inviter.id);
      expect(outcomeOf(await accept(app, token))).toBe('409 invitation_void');
      await expect(stateOf(id)).resolves.toBe('ended');
      await expect(resend(id)).resolves.toMatchObject({ status: 202 });
      await expect(accept(app, await invitationToken(app, id))).resolves.toMatchObject({ status: 201 });
    }
  });

  it('comes back with the role of the inviter, as a void acceptance uses no token', async () => {
    const inviter = await registerAdmin(app);
    const { token } = await invited(app, inviter);
    await change(inviter.id, { role: 'student' });
    expect(outcomeOf(await accept(app, token))).toBe('409 invitation_void');
    await change(inviter.id, { role: 'admin' });
    await expect(accept(app, token)).resolves.toMatchObject({ status: 201 });
  });

  it('covers no role that is no longer configured', async () => {
    const { token } = await invited(app, admin, { role: 'researcher' });
    const later = await AppInProcess.start({ ...env, ROLES: 'student,admin' });
    const answer = await accept(later, token);
    await later.stop();
    expect(outcomeOf(answer)).toBe('409 invitation_void');
    await expect(accept(app, token)).resolves.toMatchObject({ status: 201 });
  });

  it('and to accept ends where registration is closed, and the right to invite where no mail is sent', async () => {
    const { id, token } = await invited(app, admin);
    const closed = await AppInProcess.start({ ...env, REGISTRATION: 'closed' });
    const silent = await AppInProcess.start({
      ...env,
      REGISTRATION: 'invite',
      NODE_ENV: 'production',
    });
    const as = (other: AppInProcess, method: string, path: string) =>
      other.call(method, `/api/v1/invitations${path}`, { token: admin.token });
    const outcomes = [
      outcomeOf(await invite(closed, admin, { email: newAddress() })),
      outcomeOf(await as(closed, 'POST', `/${id}/resend`)),
      outcomeOf(await accept(closed, token)),
      outcomeOf(await invite(silent, admin, { email: newAddress() })),
      outcomeOf(await as(silent, 'POST', `/${id}/resend`)),
      outcomeOf(await as(closed, 'GET', '')),
      outcomeOf(await accept(silent, token)),
    ];
    await Promise.all([closed.stop(), silent.stop()]);
    expect(outcomes).toEqual([
      ...Array<string>(3).fill('403 registration_closed'),
      ...Array<string>(2).fill('409 mail_not_configured'),
      '200',
      '201',
    ]);
  });

  it('is that of admins alone, with an address, a role and a language that exist', async () => {
    const email = newAddress();
    const wrong: [object, string][] = [
      [{}, 'email'],
      [{ email: 'none' }, 'email'],
      [{ email: null }, 'email'],
      [{ email: `${'a'.repeat(300)}@example.org` }, 'email'],
      [{ email: `a@example.org\r\nBcc: b@example.org` }, 'email'],
      [{ email, role: 'owner' }, 'role'],
      [{ email, locale: 'no locale' }, 'locale'],
      [{ email, full_name: 'A' }, 'full_name'],
    ];
    for (const [body, field] of wrong)
      expect(await invite(app, admin, body)).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    expect(outcomeOf(await invite(app, await register(app), { email }))).toBe('403 forbidden');
  });
});

describe('mails that admins send', () => {
  it('are limited for an address and for an admin, whoever else asks for mails to the address', async () => {
    const { url } = await createTestDatabase();
    const app = await AppInProcess.start({ DATABASE_URL: url, RATE_LIMIT_ENABLED: 'true' });
    const [admin, other] = [await registerAdmin(app), await registerAdmin(app)];
    const email = newAddress();
    const forgotten = { body: { email } };
    for (let count = 0; count < 6; count += 1)
      await app.call('POST', '/api/v1/auth/forgot-password', forgotten);
    const outcomes: string[] = [];
    for (let count = 0; count < 3; count += 1)
      for (const by of [admin, other]) outcomes.push(outcomeOf(await invite(app, by, { email })));
    const REFUSED = '429 too_many_requests';
    expect(outcomes).toEqual([...Array<string>(5).fill('201'), REFUSED]);
    await app.query('UPDATE limit_counts SET count = 200 WHERE key = $1', [
      limitKey(app, 'mail-admin', admin.id),
    ]);
    const next = await Promise.all([admin, other].map((by) => invite(app, by, { email: newAddress() })));
    await app.stop();
    expect(next.map(outcomeOf)).toEqual([REFUSED, '201']);
  });
});
