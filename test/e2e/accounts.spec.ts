import { randomUUID } from 'node:crypto';
import { beforeSuite, Deployment, expectProblem, PASSWORD } from './support/suite.js';

describe('an account', () => {
  const deployment = beforeSuite(() => Deployment.start({ instances: [{}, {}] }));
  const client = beforeSuite(() => deployment.client());

  const register = (changes: Record<string, unknown>, instance = 0) =>
    deployment.client(instance).post('/api/v1/auth/register', {
      email: `${randomUUID()}@example.org`,
      password: PASSWORD,
      full_name: 'Test Account',
      ...changes,
    });

  describe('has an e-mail address that', () => {
    it('belongs to it alone, however it is written', async () => {
      const local = randomUUID();
      const created = await register({ email: `  ${local}.Ångström@Example.ORG ` });
      expect(created).toMatchObject({ status: 201, body: { email: `${local}.ångström@example.org` } });
      const spellings = [
        `${local}.ångström@example.org`,
        `${local}.ÅNGSTRÖM@EXAMPLE.ORG`,
        `${local}.a\u030angstro\u0308m@example.org`,
      ];
      for (const email of spellings) {
        expectProblem(await register({ email }, 1), 409, 'email_taken');
        await deployment.accounts(1).login({ email, password: PASSWORD });
      }
    });

    it('belongs to it alone also when many register it at once', async () => {
      const local = randomUUID();
      const spellings = [local, local.toUpperCase(), ` ${local}`, local];
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          register({ email: `${spellings[index % 4]}@example.org` }, index % 2),
        ),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      for (const answer of answers.filter(({ status }) => status !== 201))
        expectProblem(answer, 409, 'email_taken');
    });

    it.each(['', ' ', 'no-at', '@example.org', 'a@', 'a b@example.org', `${'a'.repeat(250)}@example.org`])(
      'cannot be %j',
      async (email) => {
        const { errors } = expectProblem(await register({ email }), 422, 'validation_failed');
        expect(errors?.[0]?.field).toBe('email');
      },
    );
  });

  describe('has a password that', () => {
    it('counts in its full length of 128 characters', async () => {
      const password = `${'x'.repeat(127)}y`;
      const account = await deployment.accounts().register({ password });
      await deployment.accounts().login(account);
      for (const wrong of [`${'x'.repeat(127)}z`, 'x'.repeat(127), 'x'.repeat(72), 'x'.repeat(128)]) {
        const answer = await deployment.accounts().tryLogin({ ...account, password: wrong });
        expectProblem(answer, 401, 'invalid_credentials');
      }
    });

    it('may have any characters, also spaces at its ends', async () => {
      for (const password of [' pass word ', 'пароль-密码', '🙂🙂🙂🙂🙂🙂🙂🙂', '"\\\'; -- \t']) {
        const account = await deployment.accounts().register({ password });
        await deployment.accounts().login(account);
        const trimmed = await deployment.accounts().tryLogin({ ...account, password: `${password} ` });
        expectProblem(trimmed, 401, 'invalid_credentials');
      }
    });

    it('has 8 to 128 characters', async () => {
      const length = { message: 'Must have 8 to 128 characters', min: 8, max: 128 };
      for (const [password, error] of [
        ['', { code: 'required', message: 'Is required' }],
        ['1234567', { code: 'too_short', ...length }],
        ['x'.repeat(129), { code: 'too_long', ...length }],
      ] as const) {
        const { errors } = expectProblem(await register({ password }), 422, 'validation_failed');
        expect(errors).toEqual([{ field: 'password', ...error }]);
      }
      await expect(register({ password: '12345678' })).resolves.toMatchObject({ status: 201 });
    });
  });

  describe('at login', () => {
    it('gets the same answer for an unknown address and for a wrong password', async () => {
      const account = await deployment.accounts().register();
      const answers = [
        await deployment.accounts().tryLogin({ email: account.email, password: 'wrong-Test1234' }),
        await deployment.accounts().tryLogin({ email: `${randomUUID()}@example.org`, password: PASSWORD }),
        await deployment.accounts().tryLogin({ email: 'not an address', password: PASSWORD }),
      ];
      const bodies = answers.map((answer) => ({
        ...expectProblem(answer, 401, 'invalid_credentials'),
        request_id: undefined,
      }));
      expect(bodies[0]?.detail).toBe('Incorrect email or password');
      expect(bodies[1]).toEqual(bodies[0]);
      expect(bodies[2]).toEqual(bodies[0]);
      const names = answers.map(({ headers }) => Object.keys(headers).sort());
      expect(names[1]).toEqual(names[0]);
    });

    it('can use the form of the OAuth 2 password grant, with the members that clients add', async () => {
      const { email } = await deployment.accounts().register();
      const form = new URLSearchParams({ username: email.toUpperCase(), password: PASSWORD });
      for (const [name, value] of Object.entries({ grant_type: 'password', scope: '', client_id: 'x' })) {
        form.set(name, value);
        const { status, body } = await client.post('/api/v1/auth/login', form);
        expect([status, body['token_type']]).toEqual([200, 'bearer']);
      }
      form.set('grant_type', 'client_credentials');
      expectProblem(await client.post('/api/v1/auth/login', form), 422, 'validation_failed');
    });
  });

  describe('has a role that', () => {
    it('is student unless an admin grants more', async () => {
      await expect(register({})).resolves.toMatchObject({ body: { role: 'student' } });
      for (const role of ['admin', 'researcher']) expectProblem(await register({ role }), 403, 'forbidden');
      for (const role of ['root', '', null, ['student'], 'Student'])
        expectProblem(await register({ role }), 422, 'validation_failed');
    });

    it('is not granted by an unknown member of the body', async () => {
      const answer = await register({ is_active: false, id: randomUUID() });
      const { errors } = expectProblem(answer, 422, 'validation_failed');
      expect(errors?.map(({ field }) => field).sort()).toEqual(['id', 'is_active']);
    });
  });

  it.each(['put', 'patch'] as const)(
    'can change its own name by %s, which is visible at once on every instance',
    async (verb) => {
      const member = await deployment.accounts().signUp();
      const there = deployment.client(1).as(member.tokens.access_token);
      await expect(there.get('/api/v1/users/me')).resolves.toMatchObject({
        body: { full_name: 'Test Account' },
      });
      const changed = await member.client[verb]('/api/v1/users/me', { full_name: '  Ada King ' });
      expect(changed).toMatchObject({ status: 200, body: { full_name: 'Ada King', role: 'student' } });
      await expect(there.get('/api/v1/users/me')).resolves.toMatchObject({ body: { full_name: 'Ada King' } });
      for (const body of [
        { role: 'admin' },
        { is_active: false },
        { email: 'x@example.org' },
        { full_name: ' ' },
      ])
        expectProblem(await member.client[verb]('/api/v1/users/me', body), 422, 'validation_failed');
    },
  );
});
