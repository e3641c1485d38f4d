import { type Member, register } from './accounts.js';
import type { AppInProcess } from './app-in-process.js';
import { ErasureInstances } from './erasure-instances.js';
import { Barrier } from './barrier.js';
import { erase, eraseMe, eventsOf, headersOf, registerFrom } from './erasures.js';
import { registerAdmin } from './oauth-clients.js';
import { PasswordHasher } from '../../src/users/password-hasher.js';

const ORIGIN = { ip: '203.0.113.77', userAgent: 'unmistakable/1' };

describe('the audit trail after an erasure', () => {
  let instances: ErasureInstances;
  let app: AppInProcess;
  let other: AppInProcess;
  let admin: Member;

  beforeAll(async () => {
    instances = await ErasureInstances.start();
    ({ app, other, admin } = instances);
  });
  afterAll(() => instances.stop());

  it('has the events of the account without address, device and names', async () => {
    const member = await registerFrom(app, ORIGIN);
    await app.query(
      `INSERT INTO audit_events (action, user_id, actor_id, ip, details) VALUES
        ('project.renamed', $1, $1, '203.0.113.77', '{"reason": "own", "name": "Ada", "nested": {"email": "a@b.c"}}')`,
      [member.id],
    );
    const before = await eventsOf(app, member.id);
    expect(before.filter(({ ip }) => ip === ORIGIN.ip).length).toBeGreaterThan(2);
    await eraseMe(app, member, headersOf(ORIGIN));
    const after = await eventsOf(app, member.id);
    const erased = after.pop();
    expect(erased).toEqual({
      action: 'user.erased',
      user_id: member.id,
      actor_id: member.id,
      ip: null,
      user_agent: null,
      request_id: expect.any(String),
      details: { reason: 'erased_by_user', emptied_events: String(before.length) },
    });
    expect(after).toEqual(
      before.map((event) => ({
        ...event,
        ip: null,
        user_agent: null,
        details: event['action'] === 'project.renamed' ? { reason: 'own' } : event['details'],
      })),
    );
  });

  it('keeps the address of the admin who acted on it, until that admin is erased too', async () => {
    const second = await registerAdmin(app);
    const member = await register(app);
    const headers = headersOf({ ip: '203.0.113.88', userAgent: 'admin/1' });
    await app.call('PATCH', `/api/v1/users/${member.id}`, {
      token: second.token,
      body: { role: 'researcher' },
      headers,
    });
    await app.call('DELETE', `/api/v1/users/${member.id}`, { token: second.token, headers });
    const byAdmin = async () =>
      (await eventsOf(app, second.id)).filter(({ user_id: id }) => id === member.id);
    expect(await byAdmin()).toEqual([
      expect.objectContaining({ action: 'user.role_changed', ip: '203.0.113.88' }),
      expect.objectContaining({ action: 'user.erased', ip: '203.0.113.88', user_agent: 'admin/1' }),
    ]);
    await erase(app, admin, second.id);
    expect(await byAdmin()).toEqual([
      expect.objectContaining({
        action: 'user.role_changed',
        ip: null,
        details: { from: 'student', to: 'researcher' },
      }),
      expect.objectContaining({ action: 'user.erased', ip: null, user_agent: null }),
    ]);
  });

  it('gets no address into the trail by a login that was under way', async () => {
    const member = await register(app);
    const barrier = new Barrier();
    const hasher = app.get(PasswordHasher);
    const verify = hasher.verify.bind(hasher);
    const held = jest.spyOn(hasher, 'verify').mockImplementationOnce(async (...asked) => {
      const isRight = await verify(...asked);
      await barrier.wait();
      return isRight;
    });
    const late = app.call('POST', '/api/v1/auth/login/json', {
      body: { email: member.email, password: 'wrong' },
      headers: headersOf(ORIGIN),
    });
    await barrier.reached;
    held.mockRestore();
    await erase(other, admin, member.id);
    barrier.release();
    await expect(late).resolves.toMatchObject({ status: 401 });
    const failed = (await eventsOf(app, member.id)).filter(({ action }) => action === 'session.login_failed');
    expect(failed).toEqual([expect.objectContaining({ user_id: member.id, ip: null, user_agent: null })]);
  });

  it.each([
    [
      'an event of an account that exists',
      `UPDATE audit_events SET ip = NULL, user_agent = NULL WHERE user_id = $1`,
    ],
    ['the time of an event', `UPDATE audit_events SET at = now() WHERE user_id = $1`],
    ['the action of an event', `UPDATE audit_events SET action = 'x' WHERE user_id = $1`],
    [
      'the account of an event',
      `UPDATE audit_events SET user_id = gen_random_uuid(), ip = NULL WHERE user_id = $1`,
    ],
    ['the details of an event', `UPDATE audit_events SET details = '{}' WHERE user_id = $1`],
  ])('refuses its own owner a change of %s', async (_, statement) => {
    const { id } = await register(app);
    await expect(app.query(statement, [id])).rejects.toThrow('append-only');
  });

  it('refuses to give an erased person an address again', async () => {
    const member = await register(app);
    await app.query('DELETE FROM users WHERE id = $1', [member.id]);
    await expect(
      app.query(`UPDATE audit_events SET ip = '203.0.113.1' WHERE user_id = $1`, [member.id]),
    ).rejects.toThrow('append-only');
  });

  it('empties no event of an account that exists, and says so', async () => {
    const { id } = await register(app);
    await expect(app.query('SELECT pseudonymise_audit_events($1)', [id])).rejects.toThrow(
      'the account exists',
    );
  });
});
