import type { Answer } from './app-in-process.js';
import { CommandFixture } from './command-fixture.js';
import { entryOf, getMe, logIn, register, registerCached, type Member } from './accounts.js';

type Command = (fixture: CommandFixture, caller: Member, target: Member) => Promise<Answer>;

const OWN: [name: string, command: Command][] = [
  ['a change of the password', (fixture, caller) => fixture.changePassword(caller)],
  [
    'a change of the profile',
    ({ app }, { token }) => app.call('PATCH', '/api/v1/users/me', { token, body: { full_name: 'B' } }),
  ],
  ['the end of another session', (fixture, caller, other) => fixture.endSession(caller, other)],
  [
    'the end of all other sessions',
    ({ app }, { token }) => app.call('DELETE', '/api/v1/sessions', { token }),
  ],
  [
    'the end of all sessions',
    ({ app }, { token }) => app.call('DELETE', '/api/v1/sessions?include_current=true', { token }),
  ],
  ['a logout', ({ app }, { token }) => app.call('POST', '/api/v1/auth/logout', { token })],
];
const ADMINISTRATIVE: [name: string, command: Command][] = [
  ['a promotion', (fixture, caller, target) => fixture.administer(caller, target, { role: 'admin' })],
  ['a deactivation', (fixture, caller, target) => fixture.administer(caller, target, { is_active: false })],
  ['a new name', (fixture, caller, target) => fixture.administer(caller, target, { full_name: 'B' })],
  ["the end of an account's sessions", (fixture, caller, target) => fixture.endSessionsOf(caller, target)],
];

describe('at its commit,', () => {
  let fixture: CommandFixture;

  beforeAll(async () => {
    fixture = await CommandFixture.start();
  });
  afterAll(() => fixture.stop());

  async function expectNothing(
    request: () => Promise<Answer>,
    meanwhile: () => Promise<unknown>,
    refusal: { status: number; code: string },
  ): Promise<void> {
    const { barrier, answer } = await fixture.hold(request);
    await meanwhile();
    const before = await fixture.state();
    barrier.release();
    const { status, body } = await answer;
    expect({ status, code: body['code'] }).toEqual(refusal);
    await expect(fixture.state()).resolves.toEqual(before);
  }

  const revoked = { status: 401, code: 'token_revoked' };

  it.each(OWN)('%s changes nothing once the session has ended', async (_, command) => {
    const caller = await register(fixture.app);
    const other = await logIn(fixture.app, caller);
    await expectNothing(
      () => command(fixture, caller, other),
      () => fixture.end(caller),
      revoked,
    );
  });

  it.each(ADMINISTRATIVE)('%s by an admin changes nothing once the session has ended', async (_, command) => {
    const [caller, target] = [await fixture.registerAdmin(), await register(fixture.app)];
    await expectNothing(
      () => command(fixture, caller, target),
      () => fixture.end(caller),
      revoked,
    );
  });

  it.each(ADMINISTRATIVE)('%s changes nothing once the caller is no longer an admin', async (_, command) => {
    const [caller, target] = [await fixture.registerAdmin(), await register(fixture.app)];
    const demote = () =>
      fixture.operator.query(`UPDATE users SET role = 'researcher' WHERE id = $1`, [caller.id]);
    await expectNothing(() => command(fixture, caller, target), demote, { status: 403, code: 'forbidden' });
  });

  it.each(ADMINISTRATIVE)('%s changes nothing once the calling admin is inactive', async (_, command) => {
    const [caller, target] = [await fixture.registerAdmin(), await register(fixture.app)];
    const deactivate = () =>
      fixture.operator.query('UPDATE users SET is_active = false WHERE id = $1', [caller.id]);
    await expectNothing(() => command(fixture, caller, target), deactivate, revoked);
  });

  it.each([
    ['with the lock on the account', 'SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE'],
    ['without a lock on the account', 'SELECT $1::uuid'],
  ])('a command waits for the uncommitted end of its session, %s', async (_, lock) => {
    const caller = await register(fixture.app);
    const other = await logIn(fixture.app, caller);
    await fixture.operator.query('BEGIN');
    await fixture.operator.query(lock, [caller.id]);
    await fixture.end(caller);
    const answer = fixture.endSession(caller, other);
    await fixture.waiting(1);
    await fixture.operator.query('COMMIT');
    await expect(answer).resolves.toMatchObject({ status: 401, body: { code: 'token_revoked' } });
    await expect(getMe(fixture.app, other)).resolves.toBe('200');
  });
});

/** As when another instance has committed a change and not yet deleted the cache entry. */
describe('a command that reveals a change of others', () => {
  let fixture: CommandFixture;

  beforeAll(async () => {
    fixture = await CommandFixture.start();
    // The follower does not delete the entries.
    await fixture.operator.query(`SET ergodrive.invalidation_log = 'off'`);
  });
  afterAll(() => fixture.stop());

  it.each([
    ['is refused', (member: Member) => member, 401],
    ['finds that the session to end has ended', (member: Member) => logIn(fixture.app, member), 404],
  ])('and %s leaves no entry that is older than the change', async (_, endedOf, status) => {
    const member = await registerCached(fixture.app);
    const ended = await endedOf(member);
    const { barrier, answer } = await fixture.hold(() => fixture.endSession(member, ended));
    await fixture.end(ended);
    await expect(entryOf(fixture.app, member)).resolves.toBeDefined();
    barrier.release();
    await expect(answer).resolves.toMatchObject({ status });
    await expect(entryOf(fixture.app, member)).resolves.toBeUndefined();
    await expect(getMe(fixture.app, ended)).resolves.toBe('401 token_revoked');
  });

  it('and makes the same one leaves no entry that is older', async () => {
    const member = await registerCached(fixture.app);
    await fixture.operator.query(`UPDATE users SET full_name = 'B' WHERE id = $1`, [member.id]);
    const body = { full_name: 'B' };
    const answer = await fixture.app.call('PATCH', '/api/v1/users/me', {
      token: member.token,
      body,
    });
    expect(answer).toMatchObject({ status: 200, body });
    await expect(entryOf(fixture.app, member)).resolves.toBeUndefined();
  });
});

describe('an update without a change', () => {
  let fixture: CommandFixture;

  beforeAll(async () => {
    fixture = await CommandFixture.start();
  });
  afterAll(() => fixture.stop());

  const account = async ({ id }: Member) => {
    const { rows } = await fixture.operator.query('SELECT xmin, updated_at FROM users WHERE id = $1', [id]);
    const log = await fixture.operator.query('SELECT FROM invalidations WHERE user_id = $1', [id]);
    return { rows, logged: log.rows.length };
  };

  it.each(['PATCH', 'PUT'])('to a profile by its owner with %s writes nothing', async (method) => {
    const member = await register(fixture.app);
    const before = await account(member);
    for (const body of [{ full_name: 'A' }, {}]) {
      const answer = await fixture.app.call(method, '/api/v1/users/me', { token: member.token, body });
      expect(answer).toMatchObject({ status: 200, body: { full_name: 'A' } });
    }
    await expect(account(member)).resolves.toEqual(before);
  });

  it('to an account by an admin writes nothing', async () => {
    const [admin, target] = [await fixture.registerAdmin(), await register(fixture.app)];
    const before = await account(target);
    for (const body of [{ full_name: 'A', role: 'student', is_active: true }, { role: 'student' }, {}]) {
      await expect(fixture.administer(admin, target, body)).resolves.toMatchObject({
        status: 200,
        body: { id: target.id, role: 'student' },
      });
    }
    await expect(account(target)).resolves.toEqual(before);
  });
});
