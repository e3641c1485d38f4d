import { type Member, register } from './accounts.js';
import type { Answer, AppInProcess } from './app-in-process.js';
import { mailedToken } from './letters.js';

/** A request by somebody whose network and device can be looked for. */
export interface Origin {
  readonly ip: string;
  readonly userAgent: string;
}

/** The headers of a request from there, through one trusted proxy (`TRUSTED_PROXIES=1`). */
export const headersOf = ({ ip, userAgent }: Origin): Record<string, string> => ({
  'x-forwarded-for': ip,
  'user-agent': userAgent,
});

export const eraseMe = (
  app: AppInProcess,
  { token, password }: Pick<Member, 'token' | 'password'>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  app.call('DELETE', '/api/v1/users/me', { token, headers, body: { current_password: password } });

export const erase = (app: AppInProcess, { token }: Pick<Member, 'token'>, id: string): Promise<Answer> =>
  app.call('DELETE', `/api/v1/users/${id}`, { token });

/** A new account with a session, from an address of its own. */
export const registerFrom = (app: AppInProcess, origin: Origin, name?: string): Promise<Member> =>
  register(app, headersOf(origin), name);

/** The token of the mail that takes the deletion back. */
export async function undoToken(app: AppInProcess, { id }: Pick<Member, 'id'>): Promise<string> {
  const [row] = (await app.query(
    `SELECT id FROM one_time_tokens WHERE user_id = $1 AND purpose = 'undo_deletion'`,
    [id],
  )) as { id: string }[];
  return mailedToken(app, 'undo_deletion', row?.id ?? '');
}

/** The events of the trail that name the account, oldest first. */
export const eventsOf = (app: AppInProcess, id: string): Promise<Record<string, unknown>[]> =>
  app.query(
    `SELECT action, user_id, actor_id, ip, user_agent, request_id, details FROM audit_events
     WHERE user_id = $1 OR actor_id = $1 ORDER BY id`,
    [id],
  ) as Promise<Record<string, unknown>[]>;
