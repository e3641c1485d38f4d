import { beforeSuite, Deployment, expectProblem, expectRevoked, PASSWORD } from './support/suite.js';

const NEW_PASSWORD = 'a new horse battery';
const PATH = '/api/v1/users/me/change-password';

describe('POST /api/v1/users/me/change-password', () => {
  const deployment = beforeSuite(() => Deployment.start({ instances: [{}, {}] }));

  const change = { current_password: PASSWORD, new_password: NEW_PASSWORD };

  it('ends every other session on every instance, and keeps the session of the request', async () => {
    const member = await deployment.accounts().signUp();
    const others = [await deployment.accounts(0).logIn(member), await deployment.accounts(1).logIn(member)];
    await expect(member.client.post(PATH, change)).resolves.toMatchObject({ status: 200 });
    for (const { tokens } of others)
      for (const instance of [0, 1]) {
        expectRevoked(await deployment.client(instance).as(tokens.access_token).get('/api/v1/users/me'));
        expectRevoked(await deployment.accounts(instance).refresh(tokens.refresh_token));
      }
    await expect(member.client.get('/api/v1/sessions')).resolves.toMatchObject({ body: { total: 1 } });
    await expect(deployment.accounts(1).refresh(member.tokens.refresh_token)).resolves.toMatchObject({
      status: 200,
    });
  });

  it('lets the user log in with the new password, and no longer with the old one', async () => {
    const member = await deployment.accounts().signUp();
    await member.client.post(PATH, change);
    expectProblem(await deployment.accounts(1).tryLogin(member), 401, 'invalid_credentials');
    await deployment.accounts(1).login({ email: member.email, password: NEW_PASSWORD });
  });

  it('needs the current password, and changes nothing without it', async () => {
    const member = await deployment.accounts().signUp();
    const other = await deployment.accounts().logIn(member);
    const wrong = { ...change, current_password: 'wrong-Test1234' };
    expectProblem(await member.client.post(PATH, wrong), 403, 'wrong_password');
    await expect(other.client.get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    await deployment.accounts().login(member);
  });

  it('refuses a new password that is absent, no text, too short or too long', async () => {
    const { client } = await deployment.accounts().signUp();
    const length = { message: 'Must have 8 to 128 characters', min: 8, max: 128 };
    const required = { code: 'required', message: 'Is required' };
    const noText = { code: 'not_a_text', message: 'Must be a text' };
    for (const [new_password, error] of [
      ['short', { code: 'too_short', ...length }],
      ['x'.repeat(129), { code: 'too_long', ...length }],
      ['', required],
      [null, required],
      [12345678, noText],
      [['x'.repeat(10)], noText],
    ] as const) {
      const answer = await client.post(PATH, { ...change, new_password });
      const { errors } = expectProblem(answer, 422, 'validation_failed');
      expect(errors).toEqual([{ field: 'new_password', ...error }]);
    }
  });
});
