import { randomUUID } from 'node:crypto';
import { withRedis } from '../support/redis/redis-connection.js';
import { entryOf, getMe, logIn, type Member, register, registerCached } from './accounts.js';
import type { AppInProcess } from './app-in-process.js';
import { ErasureInstances } from './erasure-instances.js';
import { erase, eraseMe, eventsOf, registerFrom } from './erasures.js';
import { accept, invited, outcomeOf } from './invitations.js';
import { registerAdmin, registerClient } from './oauth-clients.js';
import { DeviceTokens } from '../../src/auth/device-tokens.js';

const REVOKED = '401 token_revoked';
const ORIGIN = { ip: '203.0.113.77', userAgent: 'unmistakable/1' };

describe('an erased account', () => {
  let instances: ErasureInstances;
  let app: AppInProcess;
  let other: AppInProcess;
  let admin: Member;

  beforeAll(async () => {
    instances = await ErasureInstances.start();
    ({ app, other, admin } = instances);
  });
  afterAll(() => instances.stop());

  const rows = (statement: string, values: unknown[] = []) =>
    app.query(statement, values) as Promise<Record<string, unknown>[]>;

  it('is refused by every instance before the answer, by access token and by refresh token', async () => {
    const member = await registerCached(app);
    const second = await logIn(app, member);
    await getMe(other, member);
    await expect(eraseMe(app, member)).resolves.toMatchObject({ status: 204 });
    for (const instance of [app, other])
      for (const one of [member, second]) await expect(getMe(instance, one)).resolves.toBe(REVOKED);
    for (const { refreshToken } of [member, second])
      await expect(
        other.call('POST', '/api/v1/auth/refresh', { body: { refresh_token: refreshToken } }),
      ).resolves.toMatchObject({ status: 401, body: { code: 'token_revoked' } });
    await expect(entryOf(app, member)).resolves.toBeUndefined();
    await withRedis(instances.redis.url, async ({ send }) =>
      expect(await send('EXISTS', `user:${member.id}`)).toBe(0),
    );
  });

  it('ends in the log with each of its sessions, for live channels and receivers of the feed', async () => {
    const member = await register(app);
    await rows('DELETE FROM invalidations');
    await eraseMe(app, member);
    await expect(
      rows('SELECT kind, user_id, session_id, reason FROM invalidations ORDER BY id'),
    ).resolves.toEqual([
      { kind: 'session.revoked', user_id: member.id, session_id: member.sessionId, reason: 'user_erased' },
      { kind: 'user.deleted', user_id: member.id, session_id: null, reason: null },
    ]);
  });

  it('needs the right password, and a refusal changes nothing', async () => {
    const member = await register(app);
    const answer = await eraseMe(app, { ...member, password: 'wrong' });
    expect(outcomeOf(answer)).toBe('403 wrong_password');
    await expect(app.call('DELETE', '/api/v1/users/me', { token: member.token })).resolves.toMatchObject({
      status: 422,
    });
    await expect(getMe(app, member)).resolves.toBe('200');
    await expect(eventsOf(app, member.id)).resolves.toContainEqual(
      expect.objectContaining({ action: 'user.erasure_failed', details: { reason: 'wrong_password' } }),
    );
  });

  it('without a password says how to get one', async () => {
    const member = await register(app);
    // As the answer to a notice leaves it, but for the session.
    await rows('UPDATE users SET password_hash = NULL WHERE id = $1', [member.id]);
    const { status, body } = await eraseMe(app, member);
    expect({ status, body }).toMatchObject({
      status: 403,
      body: { code: 'wrong_password', detail: expect.stringContaining('/api/v1/auth/forgot-password') },
    });
  });

  it('is one of somebody else only for an admin, and the own one needs the password', async () => {
    const [member, victim] = [await register(app), await register(app)];
    expect(outcomeOf(await erase(app, member, victim.id))).toBe('403 forbidden');
    expect(outcomeOf(await erase(app, member, member.id))).toBe('403 forbidden');
    expect(outcomeOf(await erase(app, admin, admin.id))).toBe('403 forbidden');
    expect(outcomeOf(await erase(app, admin, randomUUID()))).toBe('404 not_found');
    await expect(erase(app, admin, victim.id)).resolves.toMatchObject({ status: 204 });
    await expect(getMe(other, victim)).resolves.toBe(REVOKED);
    expect(outcomeOf(await erase(app, admin, victim.id))).toBe('404 not_found');
  });

  it('is never that of the last active admin', async () => {
    expect(outcomeOf(await eraseMe(app, admin))).toBe('409 last_admin');
    await expect(getMe(app, admin)).resolves.toBe('200');
  });

  it('takes along what names the person by the address, also a former one that an undo may give back', async () => {
    const member = await register(app);
    const former = `former-${member.email}`;
    const invitation = await invited(app, admin, { email: former });
    await rows('UPDATE users SET email_verified = true WHERE id = $1', [member.id]);
    await rows(
      `INSERT INTO one_time_tokens (id, purpose, digest, user_id, address, data, expires_at) VALUES
        (gen_random_uuid(), 'undo_email_change', sha256($1::bytea), $2, $3, '{"was_proved": true}', now() + interval '1 day'),
        (gen_random_uuid(), 'register', sha256($4::bytea), NULL, $5, '{}', now() + interval '1 day'),
        (gen_random_uuid(), 'change_email', sha256($6::bytea), $7, NULL, jsonb_build_object('email', $5::text), now() + interval '1 day')`,
      [randomUUID(), member.id, former, randomUUID(), member.email, randomUUID(), admin.id],
    );
    await rows(
      `INSERT INTO mail_outbox (kind, user_id, address, data, failed_at) VALUES
        ('new_device', $1, NULL, '{}', NULL), ('reset_password', NULL, $2, '{"by": {"ip": "203.0.113.9"}}', NULL),
        ('reset_password', NULL, $2, '{}', now())`,
      [member.id, member.email],
    );
    await eraseMe(app, member);
    const left = await rows(
      `SELECT 'token' AS what FROM one_time_tokens WHERE address = ANY($1) OR data->>'email' = ANY($1) OR user_id = $2
       UNION ALL SELECT 'invitation' FROM invitations WHERE email = ANY($1)
       UNION ALL SELECT 'mail ' || kind FROM mail_outbox WHERE address = ANY($1) OR user_id = $2 OR data->>'invitation_id' = $3`,
      [[member.email, former], member.id, invitation.id],
    );
    expect(left).toEqual([{ what: 'mail account_deleted' }]);
    expect(outcomeOf(await accept(app, invitation.token))).toBe('400 one_time_token_invalid');
  });

  it('ends no invitation for an address that it has not proved, nor for a former one', async () => {
    const stranger = await register(app);
    const former = `former-${stranger.email}`;
    const addresses = [stranger.email, former];
    const invitations = await Promise.all(addresses.map((email) => invited(app, admin, { email })));
    await rows(
      `INSERT INTO one_time_tokens (id, purpose, digest, user_id, address, data, expires_at) VALUES
        (gen_random_uuid(), 'undo_email_change', sha256($1::bytea), $2, $3, '{"was_proved": false}', now() + interval '1 day')`,
      [randomUUID(), stranger.id, former],
    );
    await eraseMe(app, stranger);
    for (const { token } of invitations) expect(outcomeOf(await accept(app, token))).toBe('201');
  });

  it('leaves the invitations that an admin sent, and nobody can accept them', async () => {
    const second = await registerAdmin(app);
    const invitation = await invited(app, second);
    await erase(app, admin, second.id);
    expect(outcomeOf(await accept(app, invitation.token))).toBe('409 invitation_void');
  });

  it('gives nothing to who registers the address again', async () => {
    const member = await registerCached(app);
    const { headers } = await app.call('POST', '/api/v1/auth/login/json', {
      body: { email: member.email, password: member.password },
    });
    await eraseMe(app, member);
    const body = { email: member.email, password: member.password, full_name: 'B' };
    const again = await app.call('POST', '/api/v1/auth/register', { body });
    expect(again.status).toBe(201);
    const id = String(again.body['id']);
    expect(id).not.toBe(member.id);
    const next = await logIn(app, { ...member, id });
    const { body: sessions } = await app.call('GET', '/api/v1/sessions', { token: next.token });
    expect(sessions).toMatchObject({ total: 1 });
    const { body: events } = await app.call('GET', '/api/v1/users/me/events', { token: next.token });
    expect((events['events'] as { action: string }[]).map(({ action }) => action)).toEqual([
      'session.opened',
      'user.registered',
    ]);
    const devices = app.get(DeviceTokens);
    const device = devices.deviceOf(member.email, String(headers['device-token']));
    const [{ password_hash: hash } = {}] = await rows('SELECT password_hash FROM users WHERE id = $1', [id]);
    expect(device && devices.isOfPassword(device, String(hash))).toBe(false);
    await expect(getMe(app, member)).resolves.toBe(REVOKED);
  });

  it('ends the sessions that OAuth clients opened for it, and introspection says so', async () => {
    const client = await registerClient(app, admin);
    const member = await register(app);
    const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
    const introspect = () =>
      other.call('POST', '/oauth2/introspect', {
        body: `token=${member.token}`,
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
      });
    await expect(introspect()).resolves.toMatchObject({ body: { active: true } });
    await eraseMe(app, member);
    await expect(introspect()).resolves.toMatchObject({ body: { active: false } });
  });

  it('by SQL is as whole as by the API', async () => {
    const member = await registerFrom(app, ORIGIN);
    await rows('DELETE FROM users WHERE id = $1', [member.id]);
    const events = await eventsOf(app, member.id);
    expect(events.map(({ ip, user_agent }) => [ip, user_agent])).toEqual(events.map(() => [null, null]));
    expect(events.at(-1)).toMatchObject({
      action: 'user.erased',
      actor_id: null,
      details: { reason: 'sql' },
    });
  });
});
