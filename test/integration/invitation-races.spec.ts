import type { Answer } from './app-in-process.js';
import { getMe, type Member, register } from './accounts.js';
import { CommandFixture } from './command-fixture.js';
import {
  accept,
  invitationToken,
  invite,
  invited,
  memberOf,
  newAddress,
  outcomeOf,
  PASSWORD,
} from './invitations.js';

const INVALID = '400 one_time_token_invalid';

describe('an invitation that is accepted', () => {
  let fixture: CommandFixture;
  let admin: Member;
  let other: Member;

  beforeAll(async () => {
    fixture = await CommandFixture.start();
    admin = await fixture.registerAdmin();
    other = await fixture.registerAdmin();
  });
  afterAll(() => fixture.stop());

  const send = (method: string, path: string, { token }: Member) =>
    fixture.app.call(method, `/api/v1/invitations${path}`, { token });
  /** An acceptance whose transaction begins after `meanwhile`. */
  const acceptAfter = async (token: string, meanwhile: () => Promise<unknown>): Promise<Answer> => {
    const { barrier, answer } = await fixture.hold(() => accept(fixture.app, token));
    await meanwhile();
    barrier.release();
    return answer;
  };
  const accountsOf = async (email: string) =>
    (await fixture.operator.query('SELECT id FROM users WHERE email = $1', [email])).rows.length;

  it('twice at the same time makes one account', async () => {
    const { email, token } = await invited(fixture.app, admin);
    const answers = await fixture.together(
      [admin],
      [() => accept(fixture.app, token), () => accept(fixture.app, token, { full_name: 'Eve' })],
    );
    expect(answers.map(outcomeOf).sort()).toEqual(['201', INVALID]);
    await expect(accountsOf(email)).resolves.toBe(1);
  });

  it('is void when the inviter is demoted or deactivated before the transaction', async () => {
    for (const body of [{ role: 'student' }, { is_active: false }]) {
      const inviter = await fixture.registerAdmin();
      const { email, token } = await invited(fixture.app, inviter);
      const answer = await acceptAfter(token, () => fixture.administer(admin, inviter, body));
      expect(outcomeOf(answer)).toBe('409 invitation_void');
      await expect(accountsOf(email)).resolves.toBe(0);
    }
  });

  it('waits for a demotion of the inviter that is not committed yet', async () => {
    const inviter = await fixture.registerAdmin();
    const { token } = await invited(fixture.app, inviter);
    await fixture.operator.query('BEGIN');
    await fixture.operator.query(`UPDATE users SET role = 'student' WHERE id = $1`, [inviter.id]);
    const answer = accept(fixture.app, token);
    await fixture.waiting(1);
    await fixture.operator.query('COMMIT');
    expect(outcomeOf(await answer)).toBe('409 invitation_void');
  });

  it('is refused when another mail was sent or the invitation was ended before the transaction', async () => {
    const first = await invited(fixture.app, admin);
    const resent = await acceptAfter(first.token, () => send('POST', `/${first.id}/resend`, other));
    expect(outcomeOf(resent)).toBe(INVALID);
    const latest = await invitationToken(fixture.app, first.id);
    await expect(accept(fixture.app, latest)).resolves.toMatchObject({ status: 201 });
    const second = await invited(fixture.app, admin);
    const ended = await acceptAfter(second.token, () => send('DELETE', `/${second.id}`, other));
    expect(outcomeOf(ended)).toBe(INVALID);
    await expect(accountsOf(second.email)).resolves.toBe(0);
  });

  it('takes over an account that a stranger registers before the transaction', async () => {
    const invitation = await invited(fixture.app, admin, { role: 'researcher' });
    const { email, token } = invitation;
    let stranger: Member | undefined;
    const answer = await acceptAfter(token, async () => {
      const body = { email, password: 'Test1234', full_name: 'Eve' };
      const { body: user } = await fixture.app.call('POST', '/api/v1/auth/register', { body });
      const session = await fixture.login({ ...admin, email }, 'Test1234');
      stranger = { ...admin, id: String(user['id']), token: String(session.body['access_token']) };
    });
    expect(memberOf(invitation, answer).id).toBe(stranger?.id);
    await expect(getMe(fixture.app, { token: stranger?.token ?? '' })).resolves.toBe('401 token_revoked');
    await expect(fixture.login({ ...admin, email }, 'Test1234')).resolves.toMatchObject({ status: 401 });
    await expect(fixture.login({ ...admin, email }, PASSWORD)).resolves.toMatchObject({ status: 200 });
  });

  it('takes over an account that a stranger registers within the transaction', async () => {
    const { email, token } = await invited(fixture.app, admin);
    await fixture.operator.query('BEGIN');
    await fixture.operator.query(
      `INSERT INTO users (id, email, password_hash, full_name, role) VALUES (gen_random_uuid(), $1, '-', 'Eve', 'student')`,
      [email],
    );
    const answer = accept(fixture.app, token);
    await fixture.waiting(1);
    await fixture.operator.query('COMMIT');
    await expect(answer).resolves.toMatchObject({ status: 201 });
    const { rows } = await fixture.operator.query<object>(
      'SELECT full_name, email_verified FROM users WHERE email = $1',
      [email],
    );
    expect(rows).toEqual([{ full_name: 'Ada Lovelace', email_verified: true }]);
  });

  it('makes an account when that of a stranger is gone before the transaction', async () => {
    const stranger = await register(fixture.app);
    const { token } = await invited(fixture.app, admin, { email: stranger.email });
    const answer = await acceptAfter(token, () =>
      fixture.operator.query('DELETE FROM users WHERE id = $1', [stranger.id]),
    );
    expect(memberOf(stranger, answer).id).not.toBe(stranger.id);
  });

  it('is refused when the account of the address is proved before the transaction', async () => {
    const holder = await register(fixture.app);
    const { token } = await invited(fixture.app, admin, { email: holder.email });
    const answer = await acceptAfter(token, () =>
      fixture.operator.query('UPDATE users SET email_verified = true WHERE id = $1', [holder.id]),
    );
    expect(outcomeOf(answer)).toBe('409 email_taken');
    await expect(getMe(fixture.app, holder)).resolves.toBe('200');
  });

  it('while it is sent, ended and made anew has one outcome, and no request fails', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id, email, token } = await invited(fixture.app, admin);
      const answers = await Promise.all([
        send('POST', `/${id}/resend`, other),
        accept(fixture.app, token),
        invite(fixture.app, admin, { email }),
        accept(fixture.app, token),
        send('DELETE', `/${id}`, other),
        invite(fixture.app, other, { email }),
      ]);
      const failed = answers.filter(({ status }) => status >= 500);
      expect(failed).toEqual([]);
      const accepted = [answers[1], answers[3]].filter((answer) => answer.status === 201);
      expect(accepted.length).toBeLessThanOrEqual(1);
      await expect(accountsOf(email)).resolves.toBe(accepted.length);
    }
  });
});

describe('an invitation that two admins send at the same time', () => {
  it('is open once, and an admin whose session ended meanwhile sends none', async () => {
    const fixture = await CommandFixture.start();
    const [one, other] = [await fixture.registerAdmin(), await fixture.registerAdmin()];
    const email = newAddress();
    const answers = await Promise.all([one, other].map((by) => invite(fixture.app, by, { email })));
    const { rows } = await fixture.operator.query<object>(
      `SELECT count(*)::int AS made, count(*) FILTER (WHERE ended_at IS NULL)::int AS open FROM invitations WHERE email = $1`,
      [email],
    );
    const { barrier, answer } = await fixture.hold(() => invite(fixture.app, one, { email: newAddress() }));
    await fixture.end(one);
    barrier.release();
    const late = outcomeOf(await answer);
    await fixture.stop();
    expect(answers.map(outcomeOf)).toEqual(['201', '201']);
    expect(rows).toEqual([{ made: 2, open: 1 }]);
    expect(late).toBe('401 token_revoked');
  });
});
