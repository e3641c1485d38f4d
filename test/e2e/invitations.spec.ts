import { randomUUID } from 'node:crypto';
import { basic } from '../support/app/oauth-client.js';
import { MailFolder } from '../support/mail/mail-folder.js';
import { PASSWORD, type Tokens } from './support/accounts.js';
import { beforeSuite } from './support/before-suite.js';
import { Deployment } from './support/deployment.js';
import { expectProblem, expectRevoked } from './support/expectations.js';
import { LiveClient } from './support/live-client.js';
import { registerOAuthClient } from './support/oauth-clients.js';
import { Recovery } from './support/recovery.js';

const NEW_PASSWORD = 'a new horse battery';
const INVITATION = 'account/accept-invitation';
const RESET = 'account/reset-password';

describe('an account that comes by a mail', () => {
  const mails = beforeSuite(() => MailFolder.make());
  // The second instance lets nobody register.
  const deployment = beforeSuite(() =>
    Deployment.start({
      instances: [mails.variables, { ...mails.variables, REGISTRATION: 'invite' }],
    }),
  );
  const recovery = beforeSuite(() => new Recovery(deployment));
  const admin = beforeSuite(() => deployment.admin());

  const newAddress = () => `${randomUUID()}@example.org`;
  const invite = async (email: string, more: object = {}) => {
    const { status, body } = await admin.post<{ id: string }>('/api/v1/invitations', { email, ...more });
    expect(status).toBe(201);
    return body.id;
  };
  const accept = (token: string, instance = 0) =>
    deployment.client(instance).post<Tokens & { code?: string }>('/api/v1/auth/accept-invitation', {
      token,
      password: NEW_PASSWORD,
      full_name: 'Ada Lovelace',
    });
  const me = (token: string, instance: number) =>
    deployment.client(instance).as(token).get('/api/v1/users/me');

  it('of an invitation opens a session that every instance knows, where nobody registers', async () => {
    const email = newAddress();
    await invite(email, { role: 'researcher', locale: 'de' });
    const mail = await mails.open(email, INVITATION);
    expect(mail.text).toContain('eingeladen');
    const token = new URL(mail.links[0] ?? '').hash.replace('#token=', '');
    const { status, body, headers } = await accept(token, 1);
    expect({ status, type: body.token_type }).toEqual({ status: 201, type: 'bearer' });
    expect(headers['device-token']).toEqual(expect.any(String));
    expect(headers['cache-control']).toBe('no-store');
    for (const instance of [0, 1])
      await expect(me(body.access_token, instance)).resolves.toMatchObject({
        status: 200,
        body: { email, role: 'researcher', email_verified: true, full_name: 'Ada Lovelace' },
      });
    expectProblem(await accept(token), 400, 'one_time_token_invalid');
    await expect(
      deployment
        .client(1)
        .post('/api/v1/auth/register', { email: newAddress(), password: PASSWORD, full_name: 'A' }),
    ).resolves.toMatchObject({ status: 403, body: { code: 'registration_closed' } });
  });

  it('of an invitation is taken from a stranger, whose sessions and live channel end everywhere at once', async () => {
    const stranger = await deployment.accounts(0).signUp();
    const second = await deployment.accounts(0).logIn(stranger);
    for (const { tokens } of [stranger, second])
      await expect(me(tokens.access_token, 1)).resolves.toMatchObject({ status: 200 });
    const channel = await LiveClient.watch(
      deployment.apps[1]!,
      stranger.sessionId,
      stranger.tokens.access_token,
    );
    await invite(stranger.email);
    const token = await mails.token(stranger.email, INVITATION);
    const { body } = await accept(token);
    const asked = [stranger, second].flatMap(({ tokens }) =>
      [0, 1].map((instance) => me(tokens.access_token, instance)),
    );
    for (const answer of await Promise.all(asked)) expectRevoked(answer);
    await expect(channel.receives('session.revoked')).resolves.toMatchObject({ reason: 'account_claimed' });
    expectRevoked(await deployment.accounts(1).refresh(second.tokens.refresh_token));
    await expect(deployment.accounts(1).tryLogin(stranger)).resolves.toMatchObject({ status: 401 });
    await expect(me(body.access_token, 1)).resolves.toMatchObject({ status: 200, body: { id: stranger.id } });
  });

  it('of an invitation is not made by the first of two mails', async () => {
    const email = newAddress();
    const id = await invite(email);
    const first = await mails.token(email, INVITATION);
    await expect(admin.post(`/api/v1/invitations/${id}/resend`, {})).resolves.toMatchObject({ status: 202 });
    const second = await mails.token(email, INVITATION);
    expectProblem(await accept(first), 400, 'one_time_token_invalid');
    await expect(accept(second, 1)).resolves.toMatchObject({ status: 201 });
  });

  it('that an admin made gets its password by the link of the mail', async () => {
    const email = newAddress();
    const account = { email, full_name: 'Ada Lovelace', role: 'researcher' };
    await expect(admin.post('/api/v1/users', account)).resolves.toMatchObject({ status: 201 });
    const token = await mails.token(email, RESET);
    await expect(recovery.reset(token, NEW_PASSWORD, 1)).resolves.toMatchObject({ status: 200 });
    const { access_token } = await deployment.accounts(1).login({ email, password: NEW_PASSWORD });
    await expect(me(access_token, 0)).resolves.toMatchObject({
      body: { role: 'researcher', email_verified: true },
    });
  });

  it('gets another password by the token that a client fetched for a mail of its own', async () => {
    const member = await deployment.accounts(0).signUp();
    const client = await registerOAuthClient(admin, 'mailer', ['one_time_tokens']);
    const { status, body } = await deployment
      .client(1)
      .send<{ token: string }>('POST', `/api/v1/users/${member.id}/one-time-token`, {
        headers: { authorization: basic(client) },
        body: { purpose: 'reset_password' },
      });
    expect(status).toBe(201);
    await expect(recovery.reset(body.token, NEW_PASSWORD)).resolves.toMatchObject({ status: 200 });
    expectRevoked(await me(member.tokens.access_token, 1));
  });
});
