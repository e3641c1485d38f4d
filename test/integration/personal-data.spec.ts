import { type Member, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { headersOf, registerFrom } from './erasures.js';
import { keepMails } from './letters.js';
import { registerAdmin } from './oauth-clients.js';
import { appSuite } from './app-suite.js';

const ORIGIN = { ip: '203.0.113.77', userAgent: 'unmistakable/1' };

describe('the export of a person', () => {
  const { app, database } = appSuite({
    TRUSTED_PROXIES: '1',
    SMTP_URL: 'smtp://127.0.0.1:1',
    MAIL_FROM: 'no-reply@example.org',
  });
  let admin: Member;

  beforeAll(async () => {
    await keepMails(app);
    admin = await registerAdmin(app);
  });

  const exported = ({ token }: Member) => app.call('GET', '/api/v1/users/me/export', { token });
  type Rows = Record<string, unknown>[];

  it('has the account, its sessions, links, mails and events, and no secret', async () => {
    const member = await registerFrom(app, ORIGIN, 'Ada Lovelace');
    await app.call('PATCH', `/api/v1/sessions/${member.sessionId}`, {
      token: member.token,
      body: { device_name: 'Kitchen' },
    });
    const { status, headers, body } = await exported(member);
    expect(status).toBe(200);
    expect(headers['content-disposition']).toContain('personal-data.json');
    expect(headers['cache-control']).toContain('no-store');
    expect(body).toMatchObject({
      exported_at: expect.stringMatching(/Z$/),
      account: { id: member.id, email: member.email, full_name: 'Ada Lovelace', has_password: true },
      sessions: [
        { id: member.sessionId, device_name: 'Kitchen', ip: ORIGIN.ip, user_agent: ORIGIN.userAgent },
      ],
      invitations: [],
      links: [],
      mails: [{ kind: 'verify_email' }],
    });
    expect((body['events'] as Rows).map(({ action }) => action)).toEqual([
      'user.data_exported',
      'session.opened',
      'user.registered',
    ]);
    const [{ password_hash: hash } = {}] = (await app.query('SELECT password_hash FROM users WHERE id = $1', [
      member.id,
    ])) as Rows;
    expect(JSON.stringify(body)).not.toContain(String(hash));
    expect(JSON.stringify(body)).not.toMatch(/refresh_jti|digest|password_hash/);
  });

  it('shows neither where an admin acted from, nor on whom the person acted', async () => {
    const member = await registerAdmin(app);
    const other = await register(app);
    const headers = headersOf({ ip: '203.0.113.88', userAgent: 'admin/1' });
    await app.call('PATCH', `/api/v1/users/${other.id}`, {
      token: member.token,
      body: { role: 'researcher' },
    });
    await app.call('PATCH', `/api/v1/users/${member.id}`, {
      token: admin.token,
      body: { role: 'student' },
      headers,
    });
    const { body } = await exported(member);
    const text = JSON.stringify(body);
    expect(text).not.toContain('203.0.113.88');
    expect(text).not.toContain(other.id);
    const changes = (body['events'] as Rows).filter(({ action }) => action === 'user.role_changed');
    expect(changes.map(({ about_me, by_me }) => [about_me, by_me])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it('has every event of the account, also more than a page of them', async () => {
    const member = await register(app);
    await app.query(
      `INSERT INTO audit_events (action, user_id, actor_id) SELECT 'x', $1, CASE WHEN n % 2 = 0 THEN $1::uuid END
       FROM generate_series(1, 1203) AS n`,
      [member.id],
    );
    const { body } = await exported(member);
    const ids = (body['events'] as { id: string }[]).map(({ id }) => Number(id));
    expect(ids).toHaveLength(1203 + 3);
    expect(ids).toEqual([...new Set(ids)].sort((one, next) => next - one));
  });

  it('of nobody else can be asked for', async () => {
    await expect(app.call('GET', '/api/v1/users/me/export')).resolves.toMatchObject({ status: 401 });
  });

  it('is limited, because it costs more than other requests', async () => {
    const limited = await AppInProcess.start({ DATABASE_URL: database.url, RATE_LIMIT_ENABLED: 'true' });
    const { token } = await register(limited);
    const statuses: number[] = [];
    for (let count = 0; count < 6; count++)
      statuses.push((await limited.call('GET', '/api/v1/users/me/export', { token })).status);
    await limited.stop();
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });
});
