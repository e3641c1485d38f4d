import { PasswordHasher } from '../../src/users/password-hasher.js';
import type { Answer } from './app-in-process.js';
import { CommandFixture, NEXT } from './command-fixture.js';
import { Barrier } from './barrier.js';
import { logIn, register, getMe } from './accounts.js';

const OTHER = 'another horse battery';
const ROUNDS = 8;

describe('commands that overlap', () => {
  let fixture: CommandFixture;

  beforeAll(async () => {
    fixture = await CommandFixture.start();
  });
  afterAll(() => fixture.stop());

  /** Every password is verified before the first request goes on. */
  async function verifyTogether(requests: readonly (() => Promise<Answer>)[]): Promise<Answer[]> {
    const hasher = fixture.app.get(PasswordHasher);
    const verify = hasher.verify.bind(hasher);
    const barrier = new Barrier();
    let verified = 0;
    const held = jest.spyOn(hasher, 'verify').mockImplementation(async (stored, password, ip) => {
      const isRight = await verify(stored, password, ip);
      if (++verified === requests.length) barrier.release();
      await barrier.wait();
      return isRight;
    });
    const answers = await Promise.all(requests.map((request) => request()));
    held.mockRestore();
    return answers;
  }

  const statusesOf = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();

  it('let one of two password changes by two sessions win, and its password stays', async () => {
    for (let round = 0; round < ROUNDS / 2; round++) {
      const one = await register(fixture.app);
      const other = await logIn(fixture.app, one);
      const answers = await verifyTogether([
        () => fixture.changePassword(one, NEXT),
        () => fixture.changePassword(other, OTHER),
      ]);
      expect(statusesOf(answers)).toEqual([200, 401]);
      const hasFirstWon = answers[0]?.status === 200;
      const [stands, fails] = hasFirstWon ? [NEXT, OTHER] : [OTHER, NEXT];
      await expect(fixture.login(one, stands)).resolves.toMatchObject({ status: 200 });
      await expect(fixture.login(one, fails)).resolves.toMatchObject({ status: 401 });
      await expect(getMe(fixture.app, hasFirstWon ? one : other)).resolves.toBe('200');
      await expect(getMe(fixture.app, hasFirstWon ? other : one)).resolves.toBe('401 token_revoked');
    }
  });

  it('let one of two password changes by one session win', async () => {
    const member = await register(fixture.app);
    const answers = await verifyTogether([
      () => fixture.changePassword(member, NEXT),
      () => fixture.changePassword(member, OTHER),
    ]);
    expect(statusesOf(answers)).toEqual([200, 403]);
    expect(answers.find(({ status }) => status === 403)?.body).toMatchObject({ code: 'wrong_password' });
    const stands = answers[0]?.status === 200 ? NEXT : OTHER;
    await expect(fixture.login(member, stands)).resolves.toMatchObject({ status: 200 });
  });

  it('take turns without a deadlock: two sessions that end each other', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const one = await register(fixture.app);
      const other = await logIn(fixture.app, one);
      const answers = await fixture.together(
        [one],
        [() => fixture.endSession(one, other), () => fixture.endSession(other, one)],
      );
      expect(statusesOf(answers)).toEqual([204, 401]);
    }
  });

  it('take turns without a deadlock: two admins that demote each other', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [one, other] = [await fixture.registerAdmin(), await fixture.registerAdmin()];
      const demote = { role: 'student' };
      const answers = await fixture.together(
        [one, other],
        [() => fixture.administer(one, other, demote), () => fixture.administer(other, one, demote)],
      );
      expect(statusesOf(answers)).toEqual([200, 403]);
    }
  });

  it('take turns without a deadlock: admins that end the sessions of each other', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [one, other] = [await fixture.registerAdmin(), await fixture.registerAdmin()];
      const answers = await fixture.together(
        [one, other],
        [() => fixture.endSessionsOf(one, other), () => fixture.endSessionsOf(other, one)],
      );
      expect(statusesOf(answers)).toEqual([204, 401]);
    }
  });

  it('take turns without a deadlock: an admin that is deactivated by the one whose sessions it ends', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [one, other] = [await fixture.registerAdmin(), await fixture.registerAdmin()];
      const answers = await fixture.together(
        [one, other],
        [() => fixture.administer(one, other, { is_active: false }), () => fixture.endSessionsOf(other, one)],
      );
      expect(['200,401', '204,401']).toContain(statusesOf(answers).join());
    }
  });

  it('take turns without a deadlock: a change of the password and the end of its session', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const one = await register(fixture.app);
      const other = await logIn(fixture.app, one);
      const { barrier, answer: changed } = await fixture.hold(() => fixture.changePassword(one));
      const change = () => {
        barrier.release();
        return changed;
      };
      const answers = await fixture.together([one], [change, () => fixture.endSession(other, one)]);
      expect(['200,401', '204,401']).toContain(statusesOf(answers).join());
    }
  });
});
