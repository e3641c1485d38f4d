import { randomUUID } from 'node:crypto';
import { MailFolder } from '../support/mail/mail-folder.js';
import { sql } from '../support/postgres/sql.js';
import { Recovery } from './support/recovery.js';
import { ADMIN, beforeSuite, Deployment, expectProblem, PASSWORD } from './support/suite.js';

const PROOF = 'account/finish-registration';
const RESET = 'account/reset-password';
const OTHER_PASSWORD = 'a strange horse battery';

describe('a silent registration', () => {
  const mails = beforeSuite(() => MailFolder.make());
  const deployment = beforeSuite(() => {
    const env = { ...mails.variables, REGISTRATION_SILENT: 'true' };
    return Deployment.start({ instances: [env, env] });
  });
  const recovery = beforeSuite(() => new Recovery(deployment));

  const newAddress = () => `${randomUUID()}@example.org`;
  const register = (email: string, password = PASSWORD, instance = 0) =>
    deployment.client(instance).post('/api/v1/auth/register', { email, password, full_name: 'Ada Lovelace' });
  const tryLogin = (email: string, password = PASSWORD) =>
    deployment.accounts(1).tryLogin({ email, password });
  const accountsOf = (email: string) =>
    sql(deployment.databaseUrl, 'SELECT id FROM users WHERE email = $1', [email]);
  /** An account that exists. */
  const member = async () => {
    const email = newAddress();
    await register(email);
    const token = await mails.token(email, PROOF);
    await expect(recovery.finish(token, PASSWORD)).resolves.toMatchObject({ status: 200 });
    return email;
  };

  it('makes no account until the address is proved, and then one that logs in', async () => {
    const email = newAddress();
    await expect(register(email)).resolves.toMatchObject({ status: 202 });
    const token = await mails.token(email, PROOF);
    await expect(accountsOf(email)).resolves.toEqual([]);
    expectProblem(await tryLogin(email), 401, 'invalid_credentials');
    await expect(recovery.finish(token, PASSWORD)).resolves.toMatchObject({ status: 200 });
    const { body } = await tryLogin(email);
    const me = await deployment.client().as(body.access_token).get('/api/v1/users/me');
    expect(me.body).toMatchObject({
      email,
      full_name: 'Ada Lovelace',
      email_verified: true,
      role: 'student',
    });
    expectProblem(await recovery.finish(token, PASSWORD, 1), 400, 'one_time_token_invalid');
  });

  it('is answered alike for a free, a pending, a taken and a deactivated address, and so are logins', async () => {
    const [taken, pending, free, inactive] = [await member(), newAddress(), newAddress(), await member()];
    await register(pending);
    const [{ id } = { id: '' }] = (await accountsOf(inactive)) as { id: string }[];
    await (await deployment.admin()).patch(`/api/v1/users/${id}`, { is_active: false });
    const answers = [];
    for (const email of [free, pending, taken, inactive])
      answers.push(await register(email, OTHER_PASSWORD, 1));
    for (const { status, body } of answers)
      expect({ status, body }).toEqual({ status: 202, body: answers[0]?.body });
    for (const email of [free, pending, taken, inactive, newAddress()]) {
      const { detail } = expectProblem(await tryLogin(email, 'wrong-Test1234'), 401, 'invalid_credentials');
      expect(detail).toBe(expectProblem(await tryLogin(free), 401, 'invalid_credentials').detail);
    }
  });

  it('of a taken address changes nothing, and tells its owner by a mail that leads to a new password', async () => {
    const email = await member();
    await mails.rest(email, deployment.databaseUrl);
    await register(email, OTHER_PASSWORD);
    const token = await mails.token(email, RESET);
    await expect(tryLogin(email)).resolves.toMatchObject({ status: 200 });
    expectProblem(await tryLogin(email, OTHER_PASSWORD), 401, 'invalid_credentials');
    await expect(recovery.reset(token, 'a new horse battery')).resolves.toMatchObject({ status: 200 });
  });

  it('of a deactivated account sends no mail', async () => {
    const email = await member();
    const [{ id } = { id: '' }] = (await accountsOf(email)) as { id: string }[];
    await (await deployment.admin()).patch(`/api/v1/users/${id}`, { is_active: false });
    await mails.rest(email, deployment.databaseUrl);
    await register(email);
    await expect(mails.rest(email, deployment.databaseUrl)).resolves.toEqual([]);
  });

  it('has nothing in its mail that was typed', async () => {
    const email = newAddress();
    await register(email);
    const { text } = await mails.open(email, PROOF);
    expect(text).not.toContain('Ada');
  });

  it('by a stranger does not end the link of the owner', async () => {
    for (const passwords of [
      [PASSWORD, OTHER_PASSWORD],
      [OTHER_PASSWORD, PASSWORD],
    ]) {
      const email = newAddress();
      for (const password of passwords) await register(email, password);
      const tokens = [await mails.token(email, PROOF), await mails.token(email, PROOF)];
      // The mails look alike: the owner may use either link, and the password tells which one is the owner's.
      const outcomes = [];
      for (const token of tokens) {
        const { status, body } = await recovery.finish(token, PASSWORD);
        outcomes.push(body['code'] ?? status);
      }
      expect([
        [200, 'one_time_token_invalid'],
        ['wrong_password', 200],
      ]).toContainEqual(outcomes);
      await expect(tryLogin(email)).resolves.toMatchObject({ status: 200 });
      expectProblem(await tryLogin(email, OTHER_PASSWORD), 401, 'invalid_credentials');
    }
  });

  it('by a stranger alone gives the stranger nothing when the owner uses the link', async () => {
    const email = newAddress();
    await register(email, OTHER_PASSWORD);
    const token = await mails.token(email, PROOF);
    expectProblem(await recovery.finish(token, PASSWORD), 403, 'wrong_password');
    await expect(accountsOf(email)).resolves.toEqual([]);
    await expect(recovery.verify(token, 1)).resolves.toMatchObject({ status: 200 });
    for (const password of [PASSWORD, OTHER_PASSWORD])
      expectProblem(await tryLogin(email, password), 401, 'invalid_credentials');
    await recovery.reset(await mails.token(email, RESET), 'a new horse battery');
    await expect(tryLogin(email, 'a new horse battery')).resolves.toMatchObject({ status: 200 });
  });

  it('is proved once, by whichever of several links at the same time', async () => {
    const email = newAddress();
    for (let count = 0; count < 4; count++) await register(email);
    const tokens = [];
    for (let count = 0; count < 4; count++) tokens.push(await mails.token(email, PROOF));
    const answers = await Promise.all(tokens.map((token, index) => recovery.verify(token, index % 2)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
    await expect(accountsOf(email)).resolves.toHaveLength(1);
  });

  it('leaves no password of a stranger behind once the address is proved', async () => {
    const email = newAddress();
    for (let count = 0; count < 2; count++) await register(email);
    await recovery.verify(await mails.token(email, PROOF));
    const rest = await sql(deployment.databaseUrl, 'SELECT id FROM one_time_tokens WHERE address = $1', [
      email,
    ]);
    expect(rest).toEqual([]);
  });

  it('refuses a password and a name as any other registration does', async () => {
    expectProblem(await register(newAddress(), 'short'), 422, 'validation_failed');
    expectProblem(await register(ADMIN.email, 'short'), 422, 'validation_failed');
  });
});
