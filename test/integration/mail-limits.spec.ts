import { type Member, register } from './accounts.js';
import type { Answer } from './app-in-process.js';
import { Attempts, each, expectRefusal } from './attempts.js';

const PER_ADDRESS = 5;
const PER_NETWORK = 50;
const TRIES_PER_NETWORK = 100;

describe('mails that anybody can ask for', () => {
  const attempts = Attempts.ofSuite();
  const { newEmail, newAddress } = attempts;
  let owner: Member;

  beforeEach(async () => {
    await attempts.app.query('DELETE FROM limit_counts');
    owner = await register(attempts.app);
  });

  const post = (path: string, body: object, ip = newAddress()): Promise<Answer> =>
    attempts.app.call('POST', `/api/v1/${path}`, { headers: { 'x-forwarded-for': ip }, body });
  const forgot = (email: string, ip?: string) => post('auth/forgot-password', { email }, ip);
  const resend = (email: string, ip?: string) => post('auth/verify-email/resend', { email }, ip);

  it('are limited for each address, with and without an account alike, from whatever network and for whatever mail', async () => {
    for (const email of [owner.email, newEmail()]) {
      for (let count = 0; count < PER_ADDRESS; count++)
        await expect((count % 2 ? resend : forgot)(email)).resolves.toMatchObject({ status: 202 });
      for (const ask of [forgot, resend])
        expectRefusal(await ask(email.toUpperCase()), 'mail-address', PER_ADDRESS);
    }
    await expect(forgot(newEmail())).resolves.toMatchObject({ status: 202 });
  });

  it('are limited for each network', async () => {
    const ip = newAddress();
    const answers = await each(PER_NETWORK, () => forgot(newEmail(), ip));
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expectRefusal(await forgot(owner.email, ip), 'mail-network', PER_NETWORK);
    await expect(forgot(owner.email)).resolves.toMatchObject({ status: 202 });
  });

  it('to a new address of an account are limited with the others', async () => {
    const email = newEmail();
    await each(PER_ADDRESS, () => forgot(email));
    const answer = await attempts.app.call('POST', '/api/v1/users/me/change-email', {
      token: owner.token,
      body: { new_email: email, current_password: owner.password },
    });
    expectRefusal(answer, 'mail-address', PER_ADDRESS);
  });

  it('have tokens of which each network may try a hundred, for all purposes together', async () => {
    const ip = newAddress();
    const token = 'A'.repeat(43);
    const tries = ['reset-password', 'verify-email', 'undo-email-change', 'end-sessions'];
    const body = (path: string) =>
      path === 'reset-password' ? { token, new_password: 'a new horse' } : { token };
    const ask = (index: number, from: string) => {
      const path = tries[index % tries.length]!;
      return post(`auth/${path}`, body(path), from);
    };
    const answers = await each(TRIES_PER_NETWORK, (index) => ask(index, ip));
    expect(answers.every(({ status }) => status === 400)).toBe(true);
    for (const [index] of tries.entries())
      expectRefusal(await ask(index, ip), 'one-time-token', TRIES_PER_NETWORK);
    await expect(ask(0, newAddress())).resolves.toMatchObject({ status: 400 });
  });
});
