import { api } from '../../support/app/api-client.js';
import type { AppProcess } from '../../support/app/app-process.js';
import type { MailServer } from '../../support/mail/mail-server.js';
import { headerOf, linksOf } from '../../support/mail/received-mail.js';
import { waitFor } from '../../support/wait-for.js';
import { Accounts } from './accounts.js';

/** Registers an account, and expects its mail at the server, as the variables of the service say. */
export async function expectMail(
  app: AppProcess,
  server: MailServer,
  { MAIL_FROM, PUBLIC_URL }: Readonly<Record<string, string>>,
): Promise<void> {
  const { email } = await new Accounts(api(app.url)).register({ password: 'of a test for the mail' });
  const find = () => server.mails.find(({ to }) => to === email);
  const mail = (await waitFor(find, { what: 'the mail of the registration' }))!;
  expect(headerOf(mail, 'From')).toBe(MAIL_FROM);
  expect(linksOf(mail)).toContainEqual(expect.stringContaining(`${PUBLIC_URL}/account/verify-email#token=`));
}
