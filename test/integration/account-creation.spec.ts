import { randomUUID } from 'node:crypto';
import { expectAnswer, logIn, type Member, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { keepMails, letterOf, tokenOf } from './letters.js';
import { registerAdmin } from './oauth-clients.js';
import { databaseOfSuite } from './app-suite.js';

const NEXT = 'a new horse battery';

describe('an account that an admin makes', () => {
  const database = databaseOfSuite();
  let app: AppInProcess;
  let withoutMail: AppInProcess;
  let admin: Member;

  beforeAll(async () => {
    // Neither of the two settings keeps an admin from it.
    const env = { DATABASE_URL: database.url, JWT_SECRET: randomUUID() + randomUUID() };
    app = await AppInProcess.start(env);
    await keepMails(app);
    admin = await registerAdmin(app);
    withoutMail = await AppInProcess.start({
      ...env,
      NODE_ENV: 'production',
      REGISTRATION: 'closed',
      REGISTRATION_DOMAINS: 'example.net',
    });
  });

  const address = () => `${randomUUID()}@example.org`;
  const create = (body: object, { token } = admin, by = app) =>
    by.call('POST', '/api/v1/users', { token, body: { full_name: 'Ada Lovelace', ...body } });
  const setPassword = (token: string, by = app) =>
    by.call('POST', '/api/v1/auth/reset-password', { body: { token, new_password: NEXT } });
  const idOf = async (email: string) => String((await create({ email })).body['id']);

  it('has the name, the role and the language that the admin gave, and no proved address', async () => {
    const email = address();
    const answer = await create({ email: ` ${email.toUpperCase()} `, role: 'researcher', locale: 'de-ch' });
    expect(answer).toMatchObject({
      status: 201,
      body: { email, full_name: 'Ada Lovelace', role: 'researcher', locale: 'de-CH', email_verified: false },
    });
    await expect(create({ email: address() })).resolves.toMatchObject({ body: { role: 'student' } });
    const [line] = (await app.query(
      `SELECT action, actor_id, details FROM audit_events WHERE user_id = $1 ORDER BY id`,
      [answer.body['id']],
    )) as object[];
    expect(line).toEqual({
      action: 'user.registered',
      actor_id: admin.id,
      details: { role: 'researcher', origin: 'administration' },
    });
  });

  it('lets nobody log in before the password is set', async () => {
    const email = address();
    await create({ email });
    for (const password of ['', 'null', 'Test1234'])
      expect([401, 422]).toContain(
        (await app.call('POST', '/api/v1/auth/login/json', { body: { email, password } })).status,
      );
  });

  it('gets its password and its proved address by the link of the mail, which works once', async () => {
    const email = address();
    const id = await idOf(email);
    const letter = await letterOf(app, 'account_created', { userId: id });
    expect(letter).toMatchObject({ to: email, locale: null, values: { name: 'Ada Lovelace' } });
    expect(letter?.links['link']).toMatch(/\/account\/reset-password#token=[\w-]{43}$/);
    const days = ((letter?.expiresAt.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
    const token = tokenOf(letter);
    await expect(setPassword(token)).resolves.toMatchObject({ status: 200 });
    await expect(setPassword(token)).resolves.toMatchObject({ body: { code: 'one_time_token_invalid' } });
    const { token: access } = await logIn(app, { id, email, password: NEXT });
    await expect(app.call('GET', '/api/v1/users/me', { token: access })).resolves.toMatchObject({
      body: { email_verified: true },
    });
  });

  it('gets the same link when its mail is written again, until the link was used', async () => {
    const [id, row] = [await idOf(address()), { id: randomUUID() }];
    const first = await letterOf(app, 'account_created', { ...row, userId: id });
    const again = () => letterOf(app, 'account_created', { ...row, userId: id, isPrepared: true });
    await expect(again()).resolves.toEqual(first);
    await setPassword(tokenOf(first));
    await expect(again()).resolves.toBeUndefined();
  });

  it('gets its password by the link of the mail of an import, too', async () => {
    const email = address();
    const id = await idOf(email);
    const letter = await letterOf(app, 'account_moved', { userId: id });
    expect(letter).toMatchObject({ to: email, values: { name: 'Ada Lovelace' } });
    await expect(setPassword(tokenOf(letter))).resolves.toMatchObject({ status: 200 });
    await logIn(app, { id, email, password: NEXT });
  });

  it('gets no mail after it was deactivated', async () => {
    const id = await idOf(address());
    const body = { is_active: false };
    await app.call('PATCH', `/api/v1/users/${id}`, { token: admin.token, body });
    await expect(letterOf(app, 'account_created', { userId: id })).resolves.toBeUndefined();
  });

  it('is made without mail too, with registration closed and for any domain, and then gets no mail', async () => {
    const email = address();
    const { status, body } = await create({ email }, admin, withoutMail);
    expect({ status, body }).toMatchObject({ status: 201, body: { email } });
    await expect(
      app.query('SELECT count(*)::int FROM mail_outbox WHERE user_id = $1', [body['id']]),
    ).resolves.toEqual([{ count: 0 }]);
  });

  it('is refused where the address has an account, or may go back to one', async () => {
    const member = await register(app);
    await expectAnswer(create({ email: member.email.toUpperCase() }), 409, { code: 'email_taken' });
    const reserved = address();
    await app.query(
      `INSERT INTO one_time_tokens (id, purpose, digest, user_id, address, expires_at)
       VALUES ($1, 'undo_email_change', sha256('undo'), $2, $3, now() + interval '1 day')`,
      [randomUUID(), member.id, reserved],
    );
    await expect(create({ email: reserved })).resolves.toMatchObject({ body: { code: 'email_taken' } });
  });

  it('is made once by two admins at the same time', async () => {
    const other = await registerAdmin(app);
    const email = address();
    const answers = await Promise.all([create({ email }), create({ email }, other)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('is refused with wrong fields, and to everybody else', async () => {
    const email = address();
    const wrong: [object, string][] = [
      [{ email: 'none' }, 'email'],
      [{ email: `${'a'.repeat(300)}@example.org` }, 'email'],
      [{ email, full_name: '' }, 'full_name'],
      [{ email, full_name: 'A\nB' }, 'full_name'],
      [{ email, role: 'owner' }, 'role'],
      [{ email, role: null }, 'role'],
      [{ email, locale: 'x' }, 'locale'],
      [{ email, password: 'Test1234' }, 'password'],
      [{ email, is_active: false }, 'is_active'],
    ];
    for (const [body, field] of wrong)
      expect(await create(body)).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    expect((await create({ email }, await register(app))).body['code']).toBe('forbidden');
    expect((await app.call('POST', '/api/v1/users', { body: { email } })).status).toBe(401);
  });
});
