import { HotStatements } from '../../src/database/hot-statements.js';
import type { TokenPurpose } from '../../src/one-time-tokens/one-time-token.js';
import { OneTimeTokens } from '../../src/one-time-tokens/one-time-tokens.service.js';
import type { OAuthClient } from '../support/app/oauth-client.js';
import { logIn, type Member, register } from './accounts.js';
import type { Answer, AppInProcess } from './app-in-process.js';
import { type Invited, invited, newAddress } from './invitations.js';
import { logInBy, registerAdmin, registerClient, send } from './oauth-clients.js';

/** Routes other than GET that write nothing to PostgreSQL. */
export const WITHOUT_WRITES = ['DELETE /api/v1/cache', 'POST /api/v1/events/poll', 'POST /oauth2/introspect'];

/** A request to a route that writes, with what it needs: each is prepared of its own, so that one spoils no other. */
export interface WritingRequest {
  readonly route: string;
  send(): Promise<Answer>;
}

/** What uses a token of a mail: the route, the purpose of the token, and the rest of the body. */
const BY_TOKEN: [route: string, purpose: TokenPurpose, more: object][] = [
  ['POST /api/v1/auth/reset-password', 'reset_password', { new_password: 'a new horse battery' }],
  ['POST /api/v1/auth/verify-email', 'verify_email', {}],
  ['POST /api/v1/auth/undo-email-change', 'undo_email_change', {}],
  ['POST /api/v1/auth/end-sessions', 'end_sessions', {}],
  ['POST /api/v1/auth/undo-deletion', 'undo_deletion', {}],
];

interface Parties {
  readonly admin: Member;
  readonly invitations: readonly [Invited, Invited, Invited];
  readonly client: OAuthClient;
  readonly ended: OAuthClient;
  readonly member: Member;
  readonly other: Member;
  readonly third: Member;
  readonly ofClient: Member;
  readonly erased: readonly [Member, Member];
}

/** One valid request to each route that writes. The first ones change least, the later ones end sessions. */
export async function writingRequests(app: AppInProcess): Promise<WritingRequest[]> {
  const admin = await registerAdmin(app);
  const client = await registerClient(app, admin);
  const ended = await registerClient(app, admin, 'ended');
  const member = await register(app);
  const invitations = [
    await invited(app, admin),
    await invited(app, admin),
    await invited(app, admin),
  ] as const;
  const erased = [await register(app), await register(app)] as const;
  const parties = { erased, admin, invitations, client, ended, member };
  const [other, third] = [await logIn(app, member), await logIn(app, member)];
  const byToken: WritingRequest[] = [];
  for (const entry of BY_TOKEN) byToken.push(await requestByToken(app, ...entry));
  return [
    ...byToken,
    ...requestsOf(app, { ...parties, other, third, ofClient: await logInBy(app, client, member) }),
  ];
}

/** A request with a token of an account of its own. */
async function requestByToken(
  app: AppInProcess,
  route: string,
  purpose: TokenPurpose,
  more: object,
): Promise<WritingRequest> {
  const { id: userId } = await register(app);
  if (purpose === 'undo_deletion')
    await app.query(
      `UPDATE users SET is_active = false, deletion_due_at = now() + interval '1 day' WHERE id = $1`,
      [userId],
    );
  const address = newAddress();
  const { token } = await app
    .get(HotStatements)
    .transaction(({ run }) => app.get(OneTimeTokens).issueWithin(run, { purpose, userId, address }));
  const [method = '', path = ''] = route.split(' ');
  return { route, send: () => app.call(method, path, { body: { token, ...more } }) };
}

function requestsOf(app: AppInProcess, parties: Parties): WritingRequest[] {
  const { admin, invitations, client, ended, member, other, third, ofClient, erased } = parties;
  const [accepted, resent, withdrawn] = invitations;
  const { email, password } = member;
  const as =
    ({ token }: Member, body?: object, path?: string) =>
    (route: string) => {
      const [method = '', pattern = ''] = route.split(' ');
      return app.call(method, path ?? pattern, { token, ...(body && { body }) });
    };
  const form = (fields: Record<string, string>, by?: OAuthClient) => (route: string) =>
    send(app, route.split(' ')[1] ?? '', fields, by);
  const user = `/api/v1/users/${member.id}`;
  const table: [string, (route: string) => Promise<Answer>][] = [
    ['POST /api/v1/auth/register', as(admin, { email: newAddress(), password, full_name: 'A' })],
    ['POST /api/v1/users', as(admin, { email: newAddress(), full_name: 'A' })],
    ['POST /api/v1/invitations', as(admin, { email: newAddress() })],
    ['POST /api/v1/invitations/:id/resend', as(admin, undefined, `/api/v1/invitations/${resent.id}/resend`)],
    ['DELETE /api/v1/invitations/:id', as(admin, undefined, `/api/v1/invitations/${withdrawn.id}`)],
    [
      'POST /api/v1/auth/accept-invitation',
      as(member, { token: accepted.token, password: 'a new horse battery', full_name: 'A' }),
    ],
    ['POST /api/v1/auth/login', form({ username: email, password })],
    ['POST /api/v1/auth/login/json', as(member, { email, password })],
    ['POST /oauth2/token', form({ grant_type: 'password', username: email, password }, client)],
    ['POST /api/v1/auth/refresh', as(member, { refresh_token: member.refreshToken })],
    ['POST /api/v1/auth/forgot-password', as(member, { email })],
    ['POST /api/v1/auth/verify-email/resend', as(member, { email })],
    [
      'POST /api/v1/users/me/change-email',
      as(member, { new_email: newAddress(), current_password: password }),
    ],
    ['PUT /api/v1/users/me', as(member, { full_name: 'B' })],
    ['PATCH /api/v1/users/me', as(member, { full_name: 'C' })],
    ['POST /api/v1/clients', as(admin, { name: 'another' })],
    ['PATCH /api/v1/clients/:id', as(admin, { name: 'renamed' }, `/api/v1/clients/${client.id}`)],
    ['POST /api/v1/clients/:id/secret', as(admin, undefined, `/api/v1/clients/${client.id}/secret`)],
    ['DELETE /api/v1/clients/:id', as(admin, undefined, `/api/v1/clients/${ended.id}`)],
    ['PATCH /api/v1/users/:id', as(admin, { role: 'researcher' }, user)],
    [
      'POST /api/v1/users/:id/one-time-token',
      as(admin, { purpose: 'verify_email' }, `${user}/one-time-token`),
    ],
    ['PATCH /api/v1/sessions/:id', as(member, { device_name: 'B' }, `/api/v1/sessions/${other.sessionId}`)],
    ['DELETE /api/v1/sessions/:id', as(member, undefined, `/api/v1/sessions/${other.sessionId}`)],
    [
      'DELETE /api/v1/users/:id/sessions/:session_id',
      as(admin, undefined, `${user}/sessions/${third.sessionId}`),
    ],
    ['POST /oauth2/revoke', form({ token: ofClient.refreshToken }, client)],
    [
      'POST /api/v1/users/me/change-password',
      as(member, { current_password: password, new_password: 'a new horse battery' }),
    ],
    ['DELETE /api/v1/users/me', as(erased[0], { current_password: erased[0].password })],
    ['DELETE /api/v1/users/:id', as(admin, undefined, `/api/v1/users/${erased[1].id}`)],
    ['DELETE /api/v1/sessions', as(member)],
    ['POST /api/v1/auth/logout', as(member)],
    ['PATCH /api/v1/users/:id', as(admin, { is_active: false }, user)],
    ['DELETE /api/v1/users/:id/sessions', as(admin, undefined, `${user}/sessions`)],
    ['POST /api/v1/sessions/end-everybody', as(admin)],
  ];
  return table.map(([route, request]) => ({ route, send: () => request(route) }));
}
