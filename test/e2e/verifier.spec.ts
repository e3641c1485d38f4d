import { createVerifier, type Verifier, type VerifierError } from '../../packages/verifier/src/index.js';
import { verifierScenarios } from '../../packages/verifier/test/scenarios.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { beforeSuite, type Member } from './support/suite.js';
import { expectWithinBound } from './support/within-bound.js';
import { IssuerDeployment } from './support/issuer-deployment.js';

const BOUND_MS = 1000;

describe('the verifier against the service', () => {
  const issuer = beforeSuite(() => IssuerDeployment.start());

  const signUp = () => issuer.deployment.accounts().signUp();
  const options = () => {
    const { url, clientId, clientSecret } = issuer;
    return { issuer: url, clientId, clientSecret, onError: () => undefined };
  };

  verifierScenarios('the service', async () => ({
    options: options(),
    async logIn() {
      const { id: userId, tokens } = await signUp();
      return { token: tokens.access_token, userId };
    },
    logOut: (token) => issuer.logOut(token),
    changeRole: (userId, role) => issuer.changeRole(userId, role),
    stop: async () => undefined,
  }));

  describe('that follows the feed', () => {
    let verifier: Verifier;
    let member: Member;
    let other: Member;

    beforeEach(async () => {
      verifier = await createVerifier(options());
      await becomesFresh();
      [member, other] = [await signUp(), await signUp()];
      expect([await outcome(), await outcome(other)]).toEqual(['student', 'student']);
    });
    afterEach(() => verifier.close());

    const becomesFresh = () =>
      waitFor(() => verifier.status().fresh, { what: 'the feed to be followed', timeoutMs: 20_000 });

    /** The role, or the code of the refusal. */
    const outcome = ({ tokens }: Member = member): Promise<string> =>
      verifier.verify(tokens.access_token).then(
        ({ role }) => role,
        (error: unknown) => (error as VerifierError).code,
      );
    const becomes = (expected: string, boundMs = BOUND_MS) =>
      expectWithinBound(expected, outcome, { boundMs, unavailable: 'unavailable' });
    const change = (assignments: string) =>
      sql(issuer.deployment.databaseUrl, `UPDATE users SET ${assignments} WHERE id = '${member.id}'`);
    const endSession = () =>
      sql(
        issuer.deployment.databaseUrl,
        `UPDATE sessions SET revoked_at = now(), revoke_reason = 'logout' WHERE id = '${member.sessionId}'`,
      );

    it('refuses a session that ended by SQL, and no other', async () => {
      await endSession();
      await becomes('token_revoked');
      expect(await outcome(other)).toBe('student');
    });

    it('follows a change of the role and a deactivation by SQL', async () => {
      await change(`role = 'researcher'`);
      await becomes('researcher');
      await change('is_active = false');
      await becomes('token_revoked');
    });

    it('refuses all sessions of a user who was deleted by SQL', async () => {
      await sql(issuer.deployment.databaseUrl, `DELETE FROM users WHERE id = '${member.id}'`);
      await becomes('token_revoked');
      expect(await outcome(other)).toBe('student');
    });

    it('refuses all sessions of a user who was erased by the API', async () => {
      const { status } = await member.client.delete('/api/v1/users/me', {
        body: { current_password: member.password },
      });
      expect(status).toBe(204);
      await becomes('token_revoked');
      expect(await outcome(other)).toBe('student');
    });

    it('accepts a refreshed token, and refuses it once its session has ended', async () => {
      const { body } = await issuer.deployment.accounts().refresh(member.tokens.refresh_token);
      member = { ...member, tokens: body };
      expect(await outcome()).toBe('student');
      await issuer.logOut(body.access_token);
      await becomes('token_revoked');
    });

    it('refuses the other sessions after a change of the password', async () => {
      const second = await issuer.deployment.accounts().logIn(member);
      const { status } = await second.client.post('/api/v1/users/me/change-password', {
        current_password: member.password,
        new_password: 'Another-Test1234',
      });
      expect(status).toBe(200);
      await becomes('token_revoked');
      expect(await outcome(second)).toBe('student');
    });

    it('refuses a revoked token within its bound while Redis is down', async () => {
      await issuer.redis.kill9();
      try {
        await issuer.logOut(member.tokens.access_token);
        await becomes('token_revoked');
        expect(await outcome(other)).toBe('student');
        expect(await outcome(await signUp())).toBe('student');
      } finally {
        await issuer.redis.restart({ keepData: false });
        await issuer.deployment.trusted();
      }
      expect(await outcome()).toBe('token_revoked');
    });

    it('answers 503 while PostgreSQL is frozen, and accepts nothing that was revoked meanwhile', async () => {
      issuer.postgres.freeze();
      await becomes('unavailable', 5000).finally(() => issuer.postgres.thaw());
      await endSession();
      await becomes('token_revoked', 20_000);
      await waitFor(async () => (await outcome(other)) === 'student', { what: 'an acceptance' });
      await becomesFresh();
    });

    it('follows the same feed after a restart of the service, and never accepts what ended meanwhile', async () => {
      const { restarts } = verifier.status();
      await issuer.app.kill9();
      await becomes('unavailable', 5000);
      await endSession();
      const outcomes = new Set<string>();
      const restarted = issuer.app.restart();
      const refused = async () => {
        outcomes.add(await outcome());
        return outcomes.has('token_revoked');
      };
      await Promise.all([restarted, waitFor(refused, { what: 'a refusal', timeoutMs: 40_000 })]);
      outcomes.delete('unavailable');
      expect([...outcomes]).toEqual(['token_revoked']);
      await becomesFresh();
      expect([await outcome(other), verifier.status().restarts]).toEqual(['student', restarts]);
      await issuer.deployment.trusted();
    });
  });

  it('refuses a revoked token at once in the mode that introspects', async () => {
    const verifier = await createVerifier({ ...options(), mode: 'introspect' });
    const member = await signUp();
    const { access_token } = member.tokens;
    await expect(verifier.verify(access_token)).resolves.toMatchObject({ sub: member.id, role: 'student' });
    await issuer.changeRole(member.id, 'researcher');
    await expect(verifier.verify(access_token)).resolves.toMatchObject({ role: 'researcher' });
    await issuer.logOut(access_token);
    await expect(verifier.verify(access_token)).rejects.toMatchObject({ code: 'token_revoked' });
    await verifier.close();
  });
});
