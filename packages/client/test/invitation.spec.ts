import { randomUUID } from 'node:crypto';
import { MailFolder } from '../../../test/support/mail/mail-folder.js';
import { createClient } from '../src/index.js';
import { startService, VisibleStore } from './service.js';

const ADMIN = { email: 'admin@example.org', password: 'admin-Test1234' };

describe('the client of somebody who was invited', () => {
  it('accepts the invitation once, and is logged in from then on', async () => {
    const mails = await MailFolder.make();
    const service = await startService({
      ...mails.variables,
      REGISTRATION: 'invite',
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
    });
    const baseUrl = service.url;
    const admin = createClient({ baseUrl });
    await admin.logIn(ADMIN);
    const email = `${randomUUID()}@example.org`;
    await admin.api.invitations.create({ body: { email, role: 'researcher' }, throwOnError: true });
    const token = await mails.token(email, 'account/accept-invitation');
    const store = new VisibleStore();
    const client = createClient({ baseUrl, store });
    const acceptance = { token, password: 'correct horse battery', full_name: 'Ada Lovelace' };
    const accepted = await client.acceptInvitation(acceptance);
    const me = await client.api.me.read();
    const deviceToken = store.state.deviceToken;
    const again = await client.acceptInvitation(acceptance);
    const still = await client.api.me.read();
    await service.stop();
    await mails.remove();
    expect(accepted.response?.status).toBe(201);
    expect(me.data).toMatchObject({ email, full_name: 'Ada Lovelace', role: 'researcher' });
    expect(deviceToken).toEqual(expect.any(String));
    expect(again.error?.code).toBe('one_time_token_invalid');
    expect(still.data?.id).toBe(me.data?.id);
  });
});
