import { DueErasuresService } from '../../src/erasure/due-erasures.service.js';
import { getMe, logIn, type Member, register, registerCached } from './accounts.js';
import { erase, eraseMe, eventsOf, undoToken } from './erasures.js';
import { invite, outcomeOf } from './invitations.js';
import { keepMails, letterOf } from './letters.js';
import { registerAdmin } from './oauth-clients.js';
import { appSuite } from './app-suite.js';

const DAYS = 14;
const REVOKED = '401 token_revoked';

describe('an account that is to be erased after some days', () => {
  const { app } = appSuite({
    DELETION_GRACE_DAYS: String(DAYS),
    SMTP_URL: 'smtp://127.0.0.1:1',
    MAIL_FROM: 'no-reply@example.org',
  });
  let admin: Member;

  beforeAll(async () => {
    await keepMails(app);
    // Each test erases by itself.
    await app.get(DueErasuresService).onApplicationShutdown();
    admin = await registerAdmin(app);
  });

  const rows = (statement: string, values: unknown[] = []) =>
    app.query(statement, values) as Promise<Record<string, unknown>[]>;
  const undo = (token: string) => app.call('POST', '/api/v1/auth/undo-deletion', { body: { token } });
  const logInAgain = ({ email, password }: Member) =>
    app.call('POST', '/api/v1/auth/login/json', { body: { email, password } });
  /** As if its days were over. */
  const pass = ({ id }: Member) =>
    rows(`UPDATE users SET deletion_due_at = now() - interval '1 s' WHERE id = $1`, [id]);
  const scheduled = async (): Promise<Member> => {
    const member = await register(app);
    await expect(eraseMe(app, member)).resolves.toMatchObject({ status: 204 });
    return member;
  };

  it('is refused at once, everywhere, as one that was deactivated', async () => {
    const member = await registerCached(app);
    await expect(eraseMe(app, member)).resolves.toMatchObject({ status: 204 });
    await expect(getMe(app, member)).resolves.toBe(REVOKED);
    expect(outcomeOf(await logInAgain(member))).toBe('403 user_inactive');
    const [row] = await rows(
      `SELECT is_active, deletion_due_at - now() > interval '13 days' AND deletion_due_at - now() <= interval '14 days' AS is_in_time
       FROM users WHERE id = $1`,
      [member.id],
    );
    expect(row).toEqual({ is_active: false, is_in_time: true });
    expect((await eventsOf(app, member.id)).at(-2)).toMatchObject({
      action: 'user.erasure_requested',
      actor_id: member.id,
      details: { due_at: expect.stringMatching(/Z$/) },
    });
  });

  it('keeps its address meanwhile', async () => {
    const { email } = await scheduled();
    const body = { email, password: 'Test1234', full_name: 'B' };
    expect(outcomeOf(await app.call('POST', '/api/v1/auth/register', { body }))).toBe('409 email_taken');
    expect(outcomeOf(await invite(app, admin, { email }))).toBe('409 email_taken');
  });

  it('shows admins when it is due', async () => {
    const { id } = await scheduled();
    const { body } = await app.call('GET', `/api/v1/users/${id}`, { token: admin.token });
    expect(body).toMatchObject({ is_active: false, deletion_due_at: expect.stringMatching(/Z$/) });
  });

  it('gets a mail whose link takes the deletion back, once', async () => {
    const member = await scheduled();
    const [mail] = await rows(
      `SELECT data FROM mail_outbox WHERE user_id = $1 AND kind = 'deletion_scheduled'`,
      [member.id],
    );
    const letter = await letterOf(app, 'deletion_scheduled', {
      userId: member.id,
      data: mail?.['data'] as Record<string, unknown>,
    });
    const [, token = ''] = (letter?.links['undo'] ?? '').split('#token=');
    await expect(undo(token)).resolves.toMatchObject({ status: 200 });
    expect(outcomeOf(await undo(token))).toBe('400 one_time_token_invalid');
    await expect(getMe(app, member)).resolves.toBe(REVOKED);
    await expect(logIn(app, member)).resolves.toMatchObject({ id: member.id });
    await expect(rows('SELECT deletion_due_at FROM users WHERE id = $1', [member.id])).resolves.toEqual([
      { deletion_due_at: null },
    ]);
    await pass(member);
    await expect(app.get(DueErasuresService).eraseDue()).resolves.toBe(0);
  });

  it('stays when an admin activates it, and its link is void then', async () => {
    const member = await scheduled();
    const token = await undoToken(app, member);
    await app.call('PATCH', `/api/v1/users/${member.id}`, { token: admin.token, body: { is_active: true } });
    expect(outcomeOf(await undo(token))).toBe('400 one_time_token_invalid');
    await expect(logIn(app, member)).resolves.toMatchObject({ id: member.id });
  });

  it('is erased when its days are over, and only then', async () => {
    const [due, later] = [await scheduled(), await scheduled()];
    const token = await undoToken(app, due);
    await pass(due);
    expect(outcomeOf(await undo(token))).toBe('400 one_time_token_invalid');
    await expect(app.get(DueErasuresService).eraseDue()).resolves.toBe(1);
    await expect(rows('SELECT id FROM users WHERE id = ANY($1)', [[due.id, later.id]])).resolves.toEqual([
      { id: later.id },
    ]);
    expect((await eventsOf(app, due.id)).at(-1)).toMatchObject({
      action: 'user.erased',
      actor_id: null,
      details: { reason: 'grace_ended' },
    });
    await expect(
      rows('SELECT kind, user_id FROM mail_outbox WHERE address = $1', [due.email]),
    ).resolves.toEqual([{ kind: 'account_deleted', user_id: null }]);
  });

  it('stays while a table of somebody else refers to it, and keeps no other from being erased', async () => {
    await rows('CREATE TABLE orders (user_id uuid REFERENCES users (id))');
    const [referenced, due] = [await scheduled(), await scheduled()];
    await rows('INSERT INTO orders VALUES ($1)', [referenced.id]);
    for (const member of [referenced, due]) await pass(member);
    await expect(app.get(DueErasuresService).eraseDue()).rejects.toThrow(
      `Other tables refer to 1 accounts that are due to be erased: ${referenced.id}`,
    );
    await expect(rows('SELECT id FROM users WHERE id = ANY($1)', [[referenced.id, due.id]])).resolves.toEqual(
      [{ id: referenced.id }],
    );
    await rows('DROP TABLE orders');
    await expect(app.get(DueErasuresService).eraseDue()).resolves.toBe(1);
  });

  it('keeps its day when it is asked for again', async () => {
    const member = await scheduled();
    const due = () => rows('SELECT deletion_due_at FROM users WHERE id = $1', [member.id]);
    const before = await due();
    await expect(erase(app, admin, member.id)).resolves.toMatchObject({ status: 204 });
    await expect(due()).resolves.toEqual(before);
    await expect(undo(await undoToken(app, member))).resolves.toMatchObject({ status: 200 });
  });

  it('gets no undo when it was deactivated before: nobody comes back by being deleted', async () => {
    const member = await register(app);
    await app.call('PATCH', `/api/v1/users/${member.id}`, { token: admin.token, body: { is_active: false } });
    await erase(app, admin, member.id);
    await expect(undoToken(app, member)).rejects.toThrow('no token');
    const letter = await letterOf(app, 'deletion_scheduled', {
      userId: member.id,
      data: { due_at: new Date().toISOString() },
    });
    expect(letter?.links).toEqual({});
  });

  it('is never the last active admin', async () => {
    expect(outcomeOf(await eraseMe(app, admin))).toBe('409 last_admin');
  });
});
