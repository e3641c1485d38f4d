import type { ApiResponse } from '../support/app/api-client.js';
import { FeedReceiver } from '../support/feed/feed-receiver.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { MailFolder } from '../support/mail/mail-folder.js';
import { sql } from '../support/postgres/sql.js';
import { type Member, PASSWORD } from './support/accounts.js';
import { beforeSuite } from './support/before-suite.js';
import { Deployment } from './support/deployment.js';
import { expectProblem, expectRevoked } from './support/expectations.js';
import { FeedClient } from './support/feed-client.js';
import { LiveClient } from './support/live-client.js';
import { Recovery } from './support/recovery.js';

const NEW_PASSWORD = 'a new horse battery';
const INSTANCES = [0, 1];
const RESET = 'account/reset-password';

describe('a forgotten password', () => {
  const keys = beforeSuite(() => SigningKeysFile.create());
  const mails = beforeSuite(() => MailFolder.make());
  const deployment = beforeSuite(() => {
    const env = { ...mails.variables, SIGNING_KEYS_FILE: keys.path };
    return Deployment.start({ instances: [env, env] });
  });
  const recovery = beforeSuite(() => new Recovery(deployment));

  /** The mail that asks for a proof of the address has a link to the same page: it is opened before. */
  const askFor = async (email: string): Promise<string> => {
    await mails.rest(email, deployment.databaseUrl);
    await expect(recovery.forgot(email)).resolves.toMatchObject({ status: 202 });
    return mails.token(email, RESET);
  };
  const getMe = (token: string, instance: number) =>
    deployment.client(instance).as(token).get('/api/v1/users/me');
  const tryLogin = ({ email }: Pick<Member, 'email'>, password: string) =>
    deployment.accounts(1).tryLogin({ email, password });

  it('is replaced by the token of a mail, and both tokens of every session are refused everywhere at once', async () => {
    const member = await deployment.accounts(0).signUp();
    const sessions = [
      member,
      await deployment.accounts(0).logIn(member),
      await deployment.accounts(1).logIn(member),
    ];
    // Each instance has its entries in the cache.
    for (const { tokens } of sessions)
      for (const instance of INSTANCES)
        await expect(getMe(tokens.access_token, instance)).resolves.toMatchObject({ status: 200 });
    const token = await askFor(member.email);
    await expect(recovery.reset(token, NEW_PASSWORD)).resolves.toMatchObject({ status: 200 });
    const asked = sessions.flatMap(({ tokens }) =>
      INSTANCES.map((instance) => getMe(tokens.access_token, instance)),
    );
    for (const answer of await Promise.all(asked)) expectRevoked(answer);
    for (const { tokens } of sessions)
      for (const instance of INSTANCES)
        expectRevoked(await deployment.accounts(instance).refresh(tokens.refresh_token));
    expectProblem(await tryLogin(member, PASSWORD), 401, 'invalid_credentials');
    await deployment.accounts(1).login({ email: member.email, password: NEW_PASSWORD });
  });

  it('is replaced, and live channels and the feed say that the sessions have ended', async () => {
    const receiver = new FeedReceiver((await FeedClient.register(deployment)).sendTo(1));
    const member = await deployment.accounts(0).signUp();
    const live = await LiveClient.watch(deployment.apps[1]!, member.sessionId, member.tokens.access_token);
    await receiver.catchUp();
    receiver.sets.clear();
    await recovery.reset(await askFor(member.email), NEW_PASSWORD);
    await expect(live.receives('session.revoked')).resolves.toMatchObject({ reason: 'password_reset' });
    await expect(live.closed()).resolves.toEqual({ code: 4001, reason: 'session.revoked' });
    await receiver.catchUp();
    const events = [...receiver.sets.values()].map((set) => JSON.stringify(payloadOf(set)));
    const ofMember = events.filter((event) => event.includes(member.id));
    expect(
      ofMember.some((event) => event.includes('session-revoked') && event.includes(member.sessionId)),
    ).toBe(true);
    expect(ofMember.some((event) => event.includes('credential-change'))).toBe(true);
  });

  it('counts its address as proved once it is replaced', async () => {
    const member = await deployment.accounts().signUp();
    const me = await member.client.get('/api/v1/users/me');
    expect(me.body).toMatchObject({ email_verified: false });
    await recovery.reset(await askFor(member.email), NEW_PASSWORD);
    const { client } = await deployment.accounts(1).logIn({ ...member, password: NEW_PASSWORD });
    expect((await client.get('/api/v1/users/me')).body).toMatchObject({ email_verified: true });
  });

  it('is asked for with the same answer for an address with an account, without one, and of a deactivated account', async () => {
    const known = await deployment.accounts().register();
    const inactive = await deployment.accounts().register();
    await (await deployment.admin()).patch(`/api/v1/users/${inactive.id}`, { is_active: false });
    await mails.rest(inactive.email, deployment.databaseUrl);
    const unknown = 'nobody@example.org';
    const answers = await Promise.all(
      [known.email, unknown, inactive.email].map((email) => recovery.forgot(email)),
    );
    const comparable = ({ status, headers, body }: ApiResponse<unknown>) => ({
      status,
      headers: Object.keys(headers).filter((name) => name !== 'x-request-id'),
      body,
    });
    expect(answers.map(comparable)).toEqual(answers.map(() => comparable(answers[0]!)));
    expect(answers[0]).toMatchObject({ status: 202 });
    for (const email of [unknown, inactive.email])
      await expect(mails.rest(email, deployment.databaseUrl)).resolves.toEqual([]);
    await mails.token(known.email, RESET);
  });

  it('is asked for by every spelling of the address', async () => {
    const { email } = await deployment.accounts().register();
    await recovery.forgot(`  ${email.toUpperCase()} `);
    await mails.token(email, RESET);
  });

  it('is replaced once by one token, and not by an earlier one once a later one was asked for', async () => {
    const { email } = await deployment.accounts().register();
    const [earlier, later] = [await askFor(email), await askFor(email)];
    expectProblem(await recovery.reset(earlier, NEW_PASSWORD), 400, 'one_time_token_invalid');
    await expect(recovery.reset(later, NEW_PASSWORD, 1)).resolves.toMatchObject({ status: 200 });
    for (const instance of INSTANCES)
      expectProblem(
        await recovery.reset(later, 'another new horse', instance),
        400,
        'one_time_token_invalid',
      );
    await deployment.accounts().login({ email, password: NEW_PASSWORD });
  });

  it('is not replaced by one that is refused, and the token stays good', async () => {
    const member = await deployment.accounts().signUp();
    const token = await askFor(member.email);
    for (const refused of ['short', member.email, 'x'.repeat(129)])
      expectProblem(await recovery.reset(token, refused), 422, 'validation_failed');
    await expect(member.client.get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    await expect(recovery.reset(token, NEW_PASSWORD)).resolves.toMatchObject({ status: 200 });
  });

  it('is not replaced by a token that is unknown, malformed, of another kind or of a deactivated account', async () => {
    const member = await deployment.accounts().signUp();
    const proof = await mails.token(member.email, 'account/verify-email');
    const unknown = 'A'.repeat(43);
    for (const token of [proof, unknown, member.tokens.access_token.slice(0, 43)])
      expectProblem(await recovery.reset(token, NEW_PASSWORD), 400, 'one_time_token_invalid');
    for (const token of ['', unknown.repeat(10)])
      expectProblem(await recovery.reset(token, NEW_PASSWORD), 422, 'validation_failed');
    const token = await askFor(member.email);
    await (await deployment.admin()).patch(`/api/v1/users/${member.id}`, { is_active: false });
    expectProblem(await recovery.reset(token, NEW_PASSWORD), 400, 'one_time_token_invalid');
  });

  it('of an account that a stranger registered is replaced by the owner of the address, and the stranger is out', async () => {
    for (const take of [
      async (email: string) => askFor(email),
      // "This was not me", of the mail that asks for a proof of the address.
      async (email: string) => mails.token(email, RESET),
    ]) {
      const stranger = await deployment.accounts().signUp();
      await expect(recovery.reset(await take(stranger.email), NEW_PASSWORD)).resolves.toMatchObject({
        status: 200,
      });
      for (const instance of INSTANCES) {
        expectRevoked(await getMe(stranger.tokens.access_token, instance));
        expectRevoked(await deployment.accounts(instance).refresh(stranger.tokens.refresh_token));
      }
      expectProblem(await tryLogin(stranger, PASSWORD), 401, 'invalid_credentials');
      await deployment.accounts().login({ email: stranger.email, password: NEW_PASSWORD });
    }
  });

  it('of a stranger does not leave a change of the address behind', async () => {
    const stranger = await deployment.accounts().signUp();
    const trap = `trap-${stranger.email}`;
    const change = { new_email: trap, current_password: PASSWORD };
    await stranger.client.post('/api/v1/users/me/change-email', change);
    const proof = await mails.token(trap, 'account/verify-email');
    await recovery.reset(await askFor(stranger.email), NEW_PASSWORD);
    expectProblem(await recovery.verify(proof), 400, 'one_time_token_invalid');
    await deployment.accounts().login({ email: stranger.email, password: NEW_PASSWORD });
  });

  it('leaves its request and its replacement in the audit trail, with the address of who asked', async () => {
    const { id, email } = await deployment.accounts().register();
    await recovery.reset(await askFor(email), NEW_PASSWORD);
    const events = await sql<{ action: string; ip: string; details: object }>(
      deployment.databaseUrl,
      `SELECT action, ip, details FROM audit_events WHERE user_id = $1 ORDER BY id`,
      [id],
    );
    expect(events.map(({ action, ip }) => `${action} ${ip}`)).toEqual([
      'user.registered 127.0.0.1',
      'user.password_reset_requested 127.0.0.1',
      'user.password_reset 127.0.0.1',
    ]);
  });
});

const payloadOf = (set: string): unknown =>
  JSON.parse(Buffer.from(set.split('.')[1] ?? '', 'base64url').toString());
