import { randomUUID } from 'node:crypto';
import type { ApiResponse } from '../support/app/api-client.js';
import { MailFolder } from '../support/mail/mail-folder.js';
import { sql } from '../support/postgres/sql.js';
import { type Member, PASSWORD } from './support/accounts.js';
import { beforeSuite } from './support/before-suite.js';
import { Deployment } from './support/deployment.js';
import { expectProblem, expectRevoked } from './support/expectations.js';
import { Recovery } from './support/recovery.js';

const NEW_PASSWORD = 'a new horse battery';
const INSTANCES = [0, 1];
const PROOF = 'account/verify-email';
const UNDO = 'account/undo-email-change';
const RESET = 'account/reset-password';

describe('the address of an account', () => {
  const mails = beforeSuite(() => MailFolder.make());
  const deployment = beforeSuite(() => Deployment.start({ instances: [mails.variables, mails.variables] }));
  const recovery = beforeSuite(() => new Recovery(deployment));

  const newAddress = () => `${randomUUID()}@example.org`;
  const rest = (address: string) => mails.rest(address, deployment.databaseUrl);
  const signUp = async (): Promise<Member> => {
    const member = await deployment.accounts().signUp();
    await rest(member.email);
    return member;
  };
  const emailOf = async ({ client }: Pick<Member, 'client'>) =>
    (await client.get<{ email: string; email_verified: boolean }>('/api/v1/users/me')).body;
  const ask = ({ client, password }: Member, new_email: string): Promise<ApiResponse<object>> =>
    client.post('/api/v1/users/me/change-email', { new_email, current_password: password });
  /** @returns the token of the undo */
  const change = async (member: Member, from: string, to: string): Promise<string> => {
    await expect(ask(member, to)).resolves.toMatchObject({ status: 202 });
    await expect(recovery.verify(await mails.token(to, PROOF))).resolves.toMatchObject({ status: 200 });
    return mails.token(from, UNDO);
  };

  describe('is proved', () => {
    it('by the token of the mail after the registration, once, and every instance says so at once', async () => {
      const member = await deployment.accounts().signUp();
      await deployment.client(1).as(member.tokens.access_token).get('/api/v1/users/me');
      const token = await mails.token(member.email, PROOF);
      await expect(recovery.verify(token)).resolves.toMatchObject({ status: 200 });
      for (const instance of INSTANCES) {
        const client = deployment.client(instance).as(member.tokens.access_token);
        await expect(emailOf({ client })).resolves.toMatchObject({ email_verified: true });
        expectProblem(await recovery.verify(token, instance), 400, 'one_time_token_invalid');
      }
    });

    it('by the mail that was asked for again, which ends the earlier one', async () => {
      const { email } = await deployment.accounts().register();
      const earlier = await mails.token(email, PROOF);
      await expect(recovery.resend(email)).resolves.toMatchObject({ status: 202 });
      const later = await mails.token(email, PROOF);
      expectProblem(await recovery.verify(earlier), 400, 'one_time_token_invalid');
      await expect(recovery.verify(later)).resolves.toMatchObject({ status: 200 });
    });

    it('no second time: a proved address, an unknown one and one of a deactivated account get no mail and the same answer', async () => {
      const [proved, waiting, inactive] = [await signUp(), await signUp(), await signUp()];
      await sql(deployment.databaseUrl, 'UPDATE users SET email_verified = true WHERE id = $1', [proved.id]);
      await (await deployment.admin()).patch(`/api/v1/users/${inactive.id}`, { is_active: false });
      await rest(inactive.email);
      const unknown = newAddress();
      const addresses = [proved.email, unknown, inactive.email];
      const answers = await Promise.all([...addresses, waiting.email].map((email) => recovery.resend(email)));
      for (const { status, body } of answers)
        expect({ status, body }).toEqual({ status: 202, body: answers[0]?.body });
      for (const address of addresses) await expect(rest(address)).resolves.toEqual([]);
      await mails.token(waiting.email, PROOF);
    });
  });

  describe('is changed', () => {
    it('with the password and by the proof of the new one, and on every instance at once', async () => {
      const member = await signUp();
      const next = newAddress();
      await expect(ask(member, next.toUpperCase())).resolves.toMatchObject({ status: 202 });
      await expect(emailOf(member)).resolves.toMatchObject({ email: member.email });
      await expect(recovery.verify(await mails.token(next, PROOF))).resolves.toMatchObject({ status: 200 });
      for (const instance of INSTANCES) {
        const client = deployment.client(instance).as(member.tokens.access_token);
        await expect(emailOf({ client })).resolves.toMatchObject({ email: next, email_verified: true });
        expectProblem(await deployment.accounts(instance).tryLogin(member), 401, 'invalid_credentials');
        await deployment.accounts(instance).login({ email: next, password: PASSWORD });
      }
    });

    it('not without the password, nor with a wrong one', async () => {
      const member = await signUp();
      const next = newAddress();
      expectProblem(await ask({ ...member, password: 'wrong-Test1234' }, next), 403, 'wrong_password');
      const without = member.client.post('/api/v1/users/me/change-email', { new_email: next });
      expectProblem(await without, 422, 'validation_failed');
      await expect(rest(next)).resolves.toEqual([]);
    });

    it('to one that has an account by nobody: no mail goes there, and the answer is the same', async () => {
      const member = await signUp();
      const [taken, deactivated] = [await signUp(), await signUp()];
      await (await deployment.admin()).patch(`/api/v1/users/${deactivated.id}`, { is_active: false });
      await rest(deactivated.email);
      const free = await ask(member, newAddress());
      for (const { email } of [taken, deactivated, member]) {
        const { status, body } = await ask(member, email);
        expect({ status, body }).toEqual({ status: free.status, body: free.body });
        await expect(rest(email)).resolves.toEqual([]);
      }
    });

    it('to one that got an account meanwhile by nobody: the proof is answered with 409', async () => {
      const member = await signUp();
      const next = newAddress();
      await ask(member, next);
      const token = await mails.token(next, PROOF);
      await deployment.accounts().register({ email: next });
      expectProblem(await recovery.verify(token), 409, 'email_taken');
      await expect(emailOf(member)).resolves.toMatchObject({ email: member.email });
    });

    it('not by a token that was asked for before the password changed', async () => {
      const member = await signUp();
      const next = newAddress();
      await ask(member, next);
      const token = await mails.token(next, PROOF);
      const body = { current_password: PASSWORD, new_password: NEW_PASSWORD };
      await expect(member.client.post('/api/v1/users/me/change-password', body)).resolves.toMatchObject({
        status: 200,
      });
      expectProblem(await recovery.verify(token), 400, 'one_time_token_invalid');
      await expect(emailOf(member)).resolves.toMatchObject({ email: member.email });
    });
  });

  describe('is taken back', () => {
    it('from the former one: every session and the password end everywhere, and a mail leads to a new one', async () => {
      const member = await signUp();
      const other = await deployment.accounts(1).logIn(member);
      const thief = newAddress();
      const undo = await change(member, member.email, thief);
      await expect(recovery.undo(undo)).resolves.toMatchObject({ status: 200 });
      for (const { tokens } of [member, other])
        for (const instance of INSTANCES) {
          const client = deployment.client(instance).as(tokens.access_token);
          expectRevoked(await client.get('/api/v1/users/me'));
          expectRevoked(await deployment.accounts(instance).refresh(tokens.refresh_token));
        }
      for (const email of [member.email, thief])
        expectProblem(
          await deployment.accounts(1).tryLogin({ email, password: PASSWORD }),
          401,
          'invalid_credentials',
        );
      expectProblem(await recovery.undo(undo), 400, 'one_time_token_invalid');
      await recovery.reset(await mails.token(member.email, RESET), NEW_PASSWORD);
      const { client } = await deployment.accounts().logIn({ ...member, password: NEW_PASSWORD });
      await expect(emailOf({ client })).resolves.toMatchObject({ email: member.email, email_verified: true });
    });

    it('by the owner although the thief changed it twice, changed the password, and used an undo', async () => {
      const member = await signUp();
      const [first, second] = [newAddress(), newAddress()];
      const undo = await change(member, member.email, first);
      const undoOfThief = await change(member, first, second);
      const body = { current_password: PASSWORD, new_password: NEW_PASSWORD };
      await member.client.post('/api/v1/users/me/change-password', body);
      await expect(recovery.undo(undoOfThief)).resolves.toMatchObject({ status: 200 });
      await recovery.reset(await mails.token(first, RESET), NEW_PASSWORD);
      const thief = await deployment.accounts().logIn({ ...member, email: first, password: NEW_PASSWORD });
      await expect(recovery.undo(undo, 1)).resolves.toMatchObject({ status: 200 });
      expectRevoked(await thief.client.get('/api/v1/users/me'));
      await recovery.reset(await mails.token(member.email, RESET), 'the horse of the owner');
      const owner = await deployment.accounts().logIn({ ...member, password: 'the horse of the owner' });
      await expect(emailOf(owner)).resolves.toMatchObject({ email: member.email });
    });

    it('by the first undo, which ends the later ones', async () => {
      const member = await signUp();
      const [first, second] = [newAddress(), newAddress()];
      const undo = await change(member, member.email, first);
      const later = await change(member, first, second);
      await recovery.undo(undo);
      expectProblem(await recovery.undo(later), 400, 'one_time_token_invalid');
    });

    it('into no other account meanwhile: it is reserved while the undo lives', async () => {
      const [member, other] = [await signUp(), await signUp()];
      const undo = await change(member, member.email, newAddress());
      const account = { email: member.email, password: PASSWORD, full_name: 'A' };
      const registered = await deployment.client().post('/api/v1/auth/register', account);
      expectProblem(registered, 409, 'email_taken');
      await ask(other, member.email);
      expectProblem(await recovery.verify(await mails.token(member.email, PROOF)), 409, 'email_taken');
      await expect(recovery.undo(undo)).resolves.toMatchObject({ status: 200 });
    });
  });
});
