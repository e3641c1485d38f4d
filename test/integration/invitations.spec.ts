import { randomUUID } from 'node:crypto';
import { InvitationCleanupService } from '../../src/invitations/invitation-cleanup.service.js';
import { expectAnswer, type Member, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { accept, invitationToken, invite, invited, newAddress, outcomeOf } from './invitations.js';
import { keepMails, letterOf, tokenOf } from './letters.js';
import { registerAdmin } from './oauth-clients.js';
import { databaseOfSuite } from './app-suite.js';

const INVALID = '400 one_time_token_invalid';

describe('an invitation', () => {
  const database = databaseOfSuite();
  let env: Record<string, string>;
  let app: AppInProcess;
  let admin: Member;

  beforeAll(async () => {
    env = { DATABASE_URL: database.url, JWT_SECRET: randomUUID() + randomUUID() };
    app = await AppInProcess.start({ ...env, REGISTRATION_DOMAINS: 'example.org' });
    await keepMails(app);
    admin = await registerAdmin(app);
  });

  const send = (method: string, path: string, { token } = admin) =>
    app.call(method, `/api/v1/invitations${path}`, { token });
  const resend = (id: string, by = admin) => send('POST', `/${id}/resend`, by);
  const end = (id: string, by = admin) => send('DELETE', `/${id}`, by);
  const list = async (query = '') => {
    const { body } = await send('GET', query);
    return body as { total: number; invitations: { id: string; state: string; invited_by: string }[] };
  };
  const find = async (id: string) =>
    (await list('?page_size=100')).invitations.find((each) => each.id === id);
  const change = (id: string, body: object) =>
    app.call('PATCH', `/api/v1/users/${id}`, { token: admin.token, body });
  const expire = (id: string) =>
    app.query(
      `WITH expired AS (UPDATE invitations SET expires_at = now() WHERE id = $1 RETURNING token_id)
       UPDATE one_time_tokens t SET expires_at = now() FROM expired WHERE t.id = expired.token_id`,
      [id],
    );

  it('says what an admin chose, and never its token', async () => {
    const email = newAddress();
    const { status, body } = await invite(app, admin, {
      email: ` ${email.toUpperCase()}`,
      role: 'researcher',
      locale: 'de-ch',
    });
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        id: expect.any(String),
        email,
        role: 'researcher',
        locale: 'de-CH',
        state: 'pending',
        invited_by: admin.id,
        created_at: expect.any(String),
        expires_at: expect.any(String),
        accepted_at: null,
        ended_at: null,
      },
    });
    const life = Date.parse(String(body['expires_at'])) - Date.parse(String(body['created_at']));
    expect(Math.round(life / 1000)).toBe(7 * 86_400);
    expect((await list()).invitations[0]).toEqual(body);
    await expect(invite(app, admin, { email: newAddress() })).resolves.toMatchObject({
      body: { role: 'student', locale: null },
    });
    const id = String(body['id']);
    const token = await invitationToken(app, id);
    const [dump] = (await app.query(
      `SELECT (SELECT json_agg(i) FROM invitations i)::text || (SELECT json_agg(t) FROM one_time_tokens t)::text ||
         (SELECT json_agg(m) FROM mail_outbox m)::text || (SELECT json_agg(a) FROM audit_events a)::text AS text`,
    )) as { text: string }[];
    expect(dump?.text).not.toContain(token);
  });

  it('has a mail in the invited language with the link, and nothing that a person typed', async () => {
    const { id, email, token } = await invited(app, admin, { locale: 'de' });
    const [row] = (await app.query('SELECT token_id FROM invitations WHERE id = $1', [id])) as object[];
    const data = { invitation_id: id, ...row };
    const letter = await letterOf(app, 'invitation', { data });
    expect(letter).toMatchObject({ to: email, locale: 'de', values: {} });
    expect(letter?.links['link']).toBe(`https://issuer.example/account/accept-invitation#token=${token}`);
    expect(tokenOf(letter)).toBe(token);
    await expect(letterOf(app, 'invitation', { data, isPrepared: true })).resolves.toEqual(letter);
    await end(id);
    await expect(letterOf(app, 'invitation', { data })).resolves.toBeUndefined();
  });

  it('goes to any domain, and gives a stranger who registers its address nothing', async () => {
    await expectAnswer(invite(app, admin, { email: `${randomUUID()}@example.com` }), 201);
    const { email } = await invited(app, admin, { role: 'researcher' });
    const body = { email, password: 'Test1234', full_name: 'A', role: 'researcher' };
    expect(outcomeOf(await app.call('POST', '/api/v1/auth/register', { body }))).toBe('403 forbidden');
    const plain = { body: { ...body, role: 'student' } };
    await expectAnswer(app.call('POST', '/api/v1/auth/register', plain), 201, { role: 'student' });
  });

  it('is refused for an address with a proved account, a deactivated one, or one that is reserved', async () => {
    const [proved, inactive, reserved] = [await register(app), await register(app), newAddress()];
    await app.query('UPDATE users SET email_verified = true WHERE id = $1', [proved.id]);
    await change(inactive.id, { is_active: false });
    await app.query(
      `INSERT INTO one_time_tokens (id, purpose, digest, user_id, address, expires_at)
       VALUES ($1, 'undo_email_change', sha256('undo'), $2, $3, now() + interval '1 day')`,
      [randomUUID(), proved.id, reserved],
    );
    for (const email of [proved.email, proved.email.toUpperCase(), inactive.email, reserved, admin.email])
      expect(outcomeOf(await invite(app, admin, { email }))).toBe('409 email_taken');
    await expectAnswer(invite(app, admin, { email: (await register(app)).email }), 201);
  });

  it('takes the place of an earlier one of the address, also of an expired one', async () => {
    const first = await invited(app, admin, { role: 'researcher' });
    const second = await invited(app, admin, { email: first.email });
    await expect(find(first.id)).resolves.toMatchObject({ state: 'ended' });
    expect(outcomeOf(await accept(app, first.token))).toBe(INVALID);
    await expire(second.id);
    await expect(find(second.id)).resolves.toMatchObject({ state: 'expired' });
    const third = await invited(app, admin, { email: first.email });
    expect(outcomeOf(await accept(app, second.token))).toBe(INVALID);
    await expect(accept(app, third.token)).resolves.toMatchObject({ status: 201 });
  });

  it('gets a new token and a new life with another mail, also after it has expired', async () => {
    const other = await registerAdmin(app);
    const { id, token } = await invited(app, admin);
    await expire(id);
    expect(outcomeOf(await accept(app, token))).toBe(INVALID);
    await expect(resend(id, other)).resolves.toMatchObject({ status: 202 });
    await expect(find(id)).resolves.toMatchObject({ state: 'pending', invited_by: other.id });
    const latest = await invitationToken(app, id);
    expect(latest).not.toBe(token);
    expect(outcomeOf(await accept(app, token))).toBe(INVALID);
    await expect(accept(app, latest)).resolves.toMatchObject({ status: 201 });
  });

  it('is neither sent again nor ended after it was accepted or has ended', async () => {
    const [accepted, ended] = [await invited(app, admin), await invited(app, admin)];
    await accept(app, accepted.token);
    await expect(end(ended.id)).resolves.toMatchObject({ status: 204 });
    const tokens = app.query('SELECT FROM one_time_tokens WHERE address = $1', [ended.email]);
    await expect(tokens).resolves.toEqual([]);
    expect(outcomeOf(await accept(app, ended.token))).toBe(INVALID);
    for (const id of [accepted.id, ended.id, randomUUID(), 'none'])
      for (const answer of [await resend(id), await end(id)]) expect(outcomeOf(answer)).toBe('404 not_found');
    await expect(find(accepted.id)).resolves.toMatchObject({ state: 'accepted' });
  });

  it('is not sent again once its address has a proved account', async () => {
    const { id, email } = await invited(app, admin);
    await app.call('POST', '/api/v1/users', { token: admin.token, body: { email, full_name: 'A' } });
    await expect(resend(id)).resolves.toMatchObject({ status: 202 });
    await app.query('UPDATE users SET email_verified = true WHERE email = $1', [email]);
    expect(outcomeOf(await resend(id))).toBe('409 email_taken');
  });

  it('is on a list of pages by its state, newest first', async () => {
    await app.query('DELETE FROM invitations');
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.unshift((await invited(app, admin)).id);
    await end(ids[1] ?? '');
    await expire(ids[2] ?? '');
    await accept(app, await invitationToken(app, ids[3] ?? ''));
    const idsOf = async (query: string) => {
      const { total, invitations } = await list(query);
      return [total, ...invitations.map(({ id }) => ids.indexOf(id))];
    };
    await expect(idsOf('')).resolves.toEqual([5, 0, 1, 2, 3, 4]);
    await expect(idsOf('?page=2&page_size=2')).resolves.toEqual([5, 2, 3]);
    await expect(idsOf('?page=9')).resolves.toEqual([5]);
    await expect(idsOf('?status=pending')).resolves.toEqual([2, 0, 4]);
    await expect(idsOf('?status=ended')).resolves.toEqual([1, 1]);
    await expect(idsOf('?status=expired')).resolves.toEqual([1, 2]);
    await expect(idsOf('?status=accepted')).resolves.toEqual([1, 3]);
    for (const query of ['?status=open', '?status=', '?page=0', '?page_size=101', '?state=pending'])
      expect((await send('GET', query)).status).toBe(422);
  });

  it('is removed 30 days after it was accepted, has ended or expired', async () => {
    await app.query('DELETE FROM invitations');
    const keep = await invited(app, admin);
    const add = async (column: string, days: number) => {
      const { id } = await invited(app, admin);
      await app.query(`UPDATE invitations SET ${column} = now() - make_interval(days => $2) WHERE id = $1`, [
        id,
        days,
      ]);
      return id;
    };
    const columns = ['accepted_at', 'ended_at', 'expires_at'];
    const kept = [keep.id];
    for (const column of columns) kept.unshift(await add(column, 29));
    for (const column of columns) await add(column, 31);
    await expect(app.get(InvitationCleanupService).remove()).resolves.toBe(3);
    expect((await list()).invitations.map(({ id }) => id).sort()).toEqual(kept.sort());
  });

  it('is in the audit trail with who did what, by its id', async () => {
    const other = await registerAdmin(app);
    const first = await invited(app, admin, { role: 'researcher' });
    await resend(first.id, other);
    const second = await invited(app, admin, { email: first.email });
    await end(second.id, other);
    const third = await invited(app, admin);
    const { body } = await accept(app, third.token);
    expect(body).toHaveProperty('access_token');
    const linesOf = (id: string) =>
      app.query(
        `SELECT action, actor_id, user_id IS NOT NULL AS has_user, details - 'invitation_id' AS details FROM audit_events
         WHERE details->>'invitation_id' = $1 ORDER BY id`,
        [id],
      );
    const line = (action: string, actor_id: string | null, details: object = {}) => ({
      action: `invitation.${action}`,
      actor_id,
      has_user: action === 'accepted',
      details,
    });
    await expect(linesOf(first.id)).resolves.toEqual([
      line('created', admin.id, { role: 'researcher' }),
      line('resent', other.id),
      line('ended', admin.id, { replaced_by: second.id }),
    ]);
    await expect(linesOf(second.id)).resolves.toEqual([
      line('created', admin.id, { role: 'student' }),
      line('ended', other.id),
    ]);
    await expect(linesOf(third.id)).resolves.toEqual([
      line('created', admin.id, { role: 'student' }),
      line('accepted', null, { role: 'student', account: 'new' }),
    ]);
  });
});
