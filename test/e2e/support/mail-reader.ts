import type { ApiResponse } from '../../support/app/api-client.js';
import type { MailServer } from '../../support/mail/mail-server.js';
import { linksOf } from '../../support/mail/received-mail.js';
import { waitFor } from '../../support/wait-for.js';

const READER = 'reader@example.org';

/** How a suite sends requests to `/api/v1`, and keeps those that must fail. */
interface Steps {
  readonly post: (path: string, body: unknown) => Promise<ApiResponse<unknown>>;
  readonly get: (path: string) => Promise<ApiResponse<unknown>>;
  readonly fail: (status: number, answer: Promise<ApiResponse<unknown>>) => Promise<void>;
}

/** Makes an account, uses the tokens of its mails, and fails with them. @returns the tokens */
export async function readMails(
  server: MailServer,
  { post, get, fail }: Steps,
  [password, new_password]: readonly [string, string],
): Promise<string[]> {
  const tokens: string[] = [];
  const next = async (page: string): Promise<string> => {
    const find = () => {
      const mails = server.mails.filter(({ to }) => to === READER);
      const links = mails.flatMap(linksOf).map((link) => new URL(link));
      const ofPage = links.filter(({ pathname }) => pathname === `/account/${page}`);
      return ofPage.map(({ hash }) => hash.replace('#token=', '')).find((token) => !tokens.includes(token));
    };
    const token = (await waitFor(find, { what: `a mail with a link to ${page}` })) ?? '';
    tokens.push(token);
    return token;
  };
  const succeed = async (status: number, answer: Promise<ApiResponse<unknown>>) => {
    expect((await answer).status).toBe(status);
  };
  const reset = async () => {
    const token = await next('reset-password');
    await fail(422, post('auth/reset-password', { token, new_password: 'short' }));
    await fail(422, post('auth/reset-password', { token: [token], new_password }));
    await succeed(200, post('auth/reset-password', { token, new_password }));
  };
  await succeed(201, post('auth/register', { email: READER, password, full_name: 'Canary' }));
  const proof = await next('verify-email');
  await fail(400, post('auth/reset-password', { token: proof, new_password }));
  await succeed(200, post('auth/verify-email', { token: proof }));
  await fail(400, post('auth/verify-email', { token: proof }));
  await fail(404, get(`/api/v1/auth/verify-email?token=${proof}`));
  await reset();
  await succeed(200, post('auth/end-sessions', { token: await next('end-sessions') }));
  await fail(401, post('auth/login/json', { email: READER, password: new_password }));
  await reset();
  return tokens;
}
