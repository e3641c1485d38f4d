import { beforeSuite, Deployment, expectProblem } from './support/suite.js';

const LIMIT = 10;
const [LIMITED, UNLIMITED] = [0, 1];
const WRONG = 'wrong-Test1234';

describe('guessing a password', () => {
  const deployment = beforeSuite(() =>
    Deployment.start({ instances: [{ RATE_LIMIT_ENABLED: 'true' }, { RATE_LIMIT_ENABLED: 'false' }] }),
  );

  const guess = async (email: string, times: number, instance = LIMITED) => {
    for (let attempt = 0; attempt < times; attempt++) {
      const answer = await deployment.accounts(instance).tryLogin({ email, password: WRONG });
      expectProblem(answer, 401, 'invalid_credentials');
    }
  };

  it('is refused after ten failures, also with the right password, and the answer says when to retry', async () => {
    const account = await deployment.accounts().register();
    await guess(account.email, LIMIT);
    for (const credentials of [account, { ...account, email: account.email.toUpperCase() }]) {
      const answer = await deployment.accounts().tryLogin(credentials);
      expectProblem(answer, 429, 'too_many_requests');
      const seconds = Number(answer.headers['retry-after']);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(900);
    }
  });

  it('is refused after ten failures also when all guesses are made at once', async () => {
    const account = await deployment.accounts().register();
    const guesses = await Promise.all(
      Array.from({ length: 3 * LIMIT }, () =>
        deployment.accounts().tryLogin({ ...account, password: WRONG }),
      ),
    );
    const statuses = guesses.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(LIMIT);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2 * LIMIT);
  });

  it('of one account does not lock out another', async () => {
    const [victim, other] = [await deployment.accounts().register(), await deployment.accounts().register()];
    await guess(victim.email, LIMIT);
    await deployment.accounts().login(other);
  });

  it('is counted from zero again after a success', async () => {
    const account = await deployment.accounts().register();
    await guess(account.email, LIMIT - 1);
    await deployment.accounts().login(account);
    await guess(account.email, LIMIT - 1);
    await deployment.accounts().login(account);
  });

  it('of an account that does not exist is refused as well', async () => {
    await guess('nobody@example.org', LIMIT);
    const answer = await deployment.accounts().tryLogin({ email: 'nobody@example.org', password: WRONG });
    expectProblem(answer, 429, 'too_many_requests');
  });

  it('with a stolen session is refused as well', async () => {
    const { client } = await deployment.accounts().signUp();
    const change = { current_password: WRONG, new_password: 'a new horse battery' };
    for (let attempt = 0; attempt < LIMIT; attempt++)
      expectProblem(await client.post('/api/v1/users/me/change-password', change), 403, 'wrong_password');
    expectProblem(await client.post('/api/v1/users/me/change-password', change), 429, 'too_many_requests');
  });

  it('is not limited where RATE_LIMIT_ENABLED is false', async () => {
    const account = await deployment.accounts(UNLIMITED).register();
    await guess(account.email, LIMIT + 2, UNLIMITED);
    await deployment.accounts(UNLIMITED).login(account);
  });
});
