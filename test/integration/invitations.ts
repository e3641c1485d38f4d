import { randomUUID } from 'node:crypto';
import { claimsOf, type Member } from './accounts.js';
import type { Answer, AppInProcess } from './app-in-process.js';
import { mailedToken } from './letters.js';

export const PASSWORD = 'a new horse battery';

export interface Invited {
  readonly id: string;
  readonly email: string;
  /** As the mail has it. */
  readonly token: string;
}

/** A new address. */
export const newAddress = () => `${randomUUID()}@example.org`;

export const invite = (app: AppInProcess, { token }: Pick<Member, 'token'>, body: object): Promise<Answer> =>
  app.call('POST', '/api/v1/invitations', { token, body });

/** An invitation with the token of its mail. */
export async function invited(
  app: AppInProcess,
  admin: Pick<Member, 'token'>,
  body: { email?: string; role?: string; locale?: string } = {},
): Promise<Invited> {
  const email = body.email ?? newAddress();
  const answer = await invite(app, admin, { ...body, email });
  expect(answer).toMatchObject({ status: 201 });
  const id = String(answer.body['id']);
  return { id, email, token: await invitationToken(app, id) };
}

/** The token of the latest mail. */
export async function invitationToken(app: AppInProcess, id: string): Promise<string> {
  const [row] = (await app.query('SELECT token_id FROM invitations WHERE id = $1', [id])) as {
    token_id: string;
  }[];
  return mailedToken(app, 'accept_invitation', row?.token_id ?? '');
}

export const accept = (app: AppInProcess, token: string, body: object = {}): Promise<Answer> =>
  app.call('POST', '/api/v1/auth/accept-invitation', {
    body: { token, password: PASSWORD, full_name: 'Ada Lovelace', ...body },
  });

/** The account that an acceptance gave, with its session. */
export function memberOf({ email }: Pick<Invited, 'email'>, { status, body }: Answer): Member {
  expect({ status, body }).toMatchObject({ status: 201 });
  const [token, refreshToken] = [String(body['access_token']), String(body['refresh_token'])];
  const { sub: id, sid: sessionId } = claimsOf(token);
  return { id, email, password: PASSWORD, sessionId, token, refreshToken };
}

/** The status, and the code of a problem. */
export const outcomeOf = ({ status, body }: Answer): string =>
  status < 400 ? String(status) : `${status} ${String(body['code'])}`;
