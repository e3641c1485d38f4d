import { randomUUID } from 'node:crypto';
import { AUDIT_ACTIONS } from '../../src/audit/audit-action.js';
import '../../src/app.module.js';
import type { TokensDto } from '../../src/auth/auth.dto.js';
import { basic } from '../support/app/oauth-client.js';
import { MailServer } from '../support/mail/mail-server.js';
import { linksOf } from '../support/mail/received-mail.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { type LogLine, linesOf } from './support/log-lines.js';
import { MovingCommand } from './support/moving-command.js';
import { beforeSuite, Deployment } from './support/suite.js';

const PASSWORD = 'correct horse battery';
const NEXT = 'another horse battery';

describe('the log lines of the audit trail', () => {
  const mails = beforeSuite(() => MailServer.start());
  const deployment = beforeSuite(() => {
    const env = {
      NODE_ENV: 'production',
      REFRESH_GRACE_SECONDS: '60',
      SMTP_URL: mails.url,
      MAIL_FROM: 'accounts@example.org',
      DELETION_GRACE_DAYS: '7',
    };
    return Deployment.ofProcesses({ instances: [env, env] });
  });

  const lines = (): LogLine[] =>
    deployment.apps.flatMap(({ output }) => linesOf(output)).filter(({ msg }) => msg === 'Audited');
  const query = <Row extends object>(statement: string) => sql<Row>(deployment.databaseUrl, statement);
  const written = () =>
    waitFor(async () => (await query('SELECT FROM audit_outbox')).length === 0, { what: 'all lines' });

  /** The token of the mail that a request causes. */
  async function tokenOf(address: string, page: string, request: () => Promise<unknown>): Promise<string> {
    const before = mails.mails.length;
    await request();
    const find = () =>
      mails.mails
        .slice(before)
        .filter(({ to }) => to === address)
        .flatMap(linksOf)
        .find((link) => link.includes(`/${page}#`));
    return (await waitFor(find, { what: `a mail to ${address} with a link to ${page}` }))!.split('=')[1]!;
  }

  const auth = (route: string, body: object) => deployment.client().post(`/api/v1/auth/${route}`, body);

  /** What people do who read their mails. */
  async function actByMail(): Promise<void> {
    const admin = await deployment.admin();
    const email = `${randomUUID()}@example.org`;
    const verify = async (token: string) => auth('verify-email', { token });
    const accounts = deployment.accounts();
    await verify(
      await tokenOf(email, 'verify-email', () => accounts.register({ email, password: PASSWORD })),
    );
    const { access_token } = await accounts.login({ email, password: PASSWORD });
    const client = deployment.client().as(access_token);
    const id = (await client.get('/api/v1/users/me')).body['id'] as string;
    const next = `next-${email}`;
    const change = (current_password: string) =>
      client.post('/api/v1/users/me/change-email', { new_email: next, current_password });
    await change('wrong horse battery');
    const proof = await tokenOf(next, 'verify-email', () => change(PASSWORD));
    const undo = await tokenOf(email, 'undo-email-change', () => verify(proof));
    const token = await tokenOf(email, 'reset-password', () => auth('undo-email-change', { token: undo }));
    await auth('reset-password', { token, new_password: NEXT });
    await admin.post(`/api/v1/users/${id}/one-time-token`, { purpose: 'reset_password' });
    const invite = (to: string) => admin.post<{ id: string }>('/api/v1/invitations', { email: to });
    const { body: ended } = await invite('ended@example.org');
    await admin.delete(`/api/v1/invitations/${ended.id}`);
    let invitation = '';
    await tokenOf('invited@example.org', 'accept-invitation', async () => {
      invitation = (await invite('invited@example.org')).body.id;
    });
    const invited = await tokenOf('invited@example.org', 'accept-invitation', () =>
      admin.post(`/api/v1/invitations/${invitation}/resend`),
    );
    await auth('accept-invitation', { token: invited, password: PASSWORD, full_name: 'Invited' });
    await actOnDeletion();
    await admin.post('/api/v1/sessions/end-everybody');
  }

  /** An export, and a deletion that is taken back. */
  async function actOnDeletion(): Promise<void> {
    const { client, email } = await deployment.accounts().signUp({ password: PASSWORD });
    await client.get('/api/v1/users/me/export');
    const erase = (current_password: string) =>
      client.delete('/api/v1/users/me', { body: { current_password } });
    await erase('wrong horse battery');
    const token = await tokenOf(email, 'undo-deletion', () => erase(PASSWORD));
    await auth('undo-deletion', { token });
  }

  /** Does everything that the audit trail has an action for. */
  async function act(): Promise<void> {
    const admin = await deployment.admin();
    const member = await deployment.accounts().signUp({ password: PASSWORD });
    const { client, email, id } = member;
    await deployment.accounts().tryLogin({ email, password: NEXT });
    const { refresh_token } = member.tokens;
    for (let count = 0; count < 2; count++) await deployment.accounts().refresh(refresh_token);
    const change = (current_password: string) =>
      client.post('/api/v1/users/me/change-password', { current_password, new_password: NEXT });
    await change('wrong horse battery');
    await change(PASSWORD);
    await client.post('/api/v1/auth/logout');
    for (const changes of [{ role: 'researcher' }, { is_active: false }, { is_active: true }])
      await admin.patch(`/api/v1/users/${id}`, changes);
    const { client_id, client_secret } = await deployment.registerClient();
    await admin.patch(`/api/v1/clients/${client_id}`, { scopes: ['introspection', 'password'] });
    const ofClient = { authorization: basic({ id: client_id, secret: client_secret }) };
    const grant = new URLSearchParams({ grant_type: 'password', username: email, password: NEXT });
    const granted = await deployment.client().post<TokensDto>('/oauth2/token', grant, { headers: ofClient });
    await deployment.accounts().refresh(granted.body.refresh_token);
    await admin.post(`/api/v1/clients/${client_id}/secret`);
    const authorization = basic({ id: client_id, secret: 'wrong' });
    const body = new URLSearchParams({ token: 'none' });
    await deployment.client().post('/oauth2/introspect', body, { headers: { authorization } });
    await admin.delete(`/api/v1/clients/${client_id}`);
  }

  /** What operators do with all accounts, by commands. */
  async function move(): Promise<void> {
    const command = await MovingCommand.for(deployment.databaseUrl);
    await command.importText('accounts.ndjson', '');
    await command.run('export', ['-']);
  }

  it('record each event of every action once, with all its members and the id of its request', async () => {
    await act();
    await actByMail();
    await move();
    await written();
    const rows = await query<{ event: Record<string, unknown> }>(
      `SELECT to_jsonb(audit_events) - 'id' - 'at' || jsonb_build_object('event_id', id::text) AS event
       FROM audit_events ORDER BY id`,
    );
    const events = rows.map(({ event }) => event);
    // The next test: an erasure changes rows whose lines are written.
    const others = AUDIT_ACTIONS.filter((action) => action !== 'user.erased');
    expect(new Set(events.map(({ action }) => action))).toEqual(new Set(others));
    const inOrder = lines().sort((one, other) => Number(one['event_id']) - Number(other['event_id']));
    const frame = { level: 'info', context: 'Audit', msg: 'Audited', pid: expect.any(Number) };
    const times = { time: expect.stringMatching(/Z$/), at: expect.stringMatching(/Z$/) };
    expect(inOrder).toEqual(events.map((event) => ({ ...frame, ...times, ...event })));
    const byRequest = events.filter(({ ip }) => ip !== null);
    expect(byRequest.length).toBeGreaterThan(AUDIT_ACTIONS.length);
    for (const { request_id: requestId } of byRequest) expect(requestId).toMatch(/^[\w.~-]{8,64}$/);
  });

  it('record an erasure without the address and the device of the person', async () => {
    const { id } = await deployment.accounts().signUp({ password: PASSWORD });
    await query(`DELETE FROM users WHERE id = '${id}'`);
    const of = () => lines().filter(({ user_id, action }) => user_id === id && action === 'user.erased');
    await waitFor(() => of().length > 0, { what: 'the line' });
    expect(of()).toEqual([
      expect.objectContaining({
        actor_id: null,
        ip: null,
        user_agent: null,
        details: { reason: 'sql', emptied_events: '2' },
      }),
    ]);
  });

  it('have the same request id as the log line of the answer', async () => {
    const { email } = await deployment.accounts().register({ password: PASSWORD });
    await deployment.accounts().login({ email, password: PASSWORD });
    await written();
    const answered = () =>
      linesOf(deployment.apps[0]!.output).findLast(({ path }) => path === '/api/v1/auth/login/json');
    await waitFor(() => answered() !== undefined, { what: 'the line of the answer' });
    const requestIds = lines().flatMap((line) =>
      line['action'] === 'session.opened' ? [line['request_id']] : [],
    );
    await waitFor(() => requestIds.includes(answered()?.['request_id']), {
      what: 'the line of the last answer',
    });
  });

  it('do not record a change that is rolled back, and record a change by SQL once', async () => {
    const [undone, done] = [randomUUID(), randomUUID()];
    const insert = (userId: string) =>
      `INSERT INTO audit_events (action, user_id) VALUES ('user.registered', '${userId}')`;
    await query(`BEGIN; ${insert(undone)}; ROLLBACK`);
    await query(insert(done));
    await written();
    const of = (userId: string) => lines().filter((line) => line['user_id'] === userId);
    await waitFor(() => of(done).length > 0, { what: 'the line' });
    expect(of(done)).toHaveLength(1);
    expect(of(undone)).toEqual([]);
  });

  it('record events after a restart that were committed without a line', async () => {
    for (const app of deployment.apps) await app.kill9();
    const userId = randomUUID();
    await query(`INSERT INTO audit_events (action, user_id) VALUES ('user.registered', '${userId}')`);
    for (const app of deployment.apps) await app.restart();
    await waitFor(() => lines().some((line) => line['user_id'] === userId), {
      what: 'the line',
      timeoutMs: 20_000,
    });
    await written();
  });
});
