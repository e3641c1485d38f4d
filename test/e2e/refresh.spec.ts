import { waitFor } from '../support/wait-for.js';
import { beforeSuite, claimsOf, Deployment, expectProblem, expectRevoked } from './support/suite.js';

const GRACE_SECONDS = 1;
const [WITH_GRACE, SHORT_GRACE, NO_GRACE] = [0, 1, 2];

describe('a refresh', () => {
  const deployment = beforeSuite(() =>
    Deployment.start({
      instances: [{}, { REFRESH_GRACE_SECONDS: String(GRACE_SECONDS) }, { REFRESH_GRACE_SECONDS: '0' }],
    }),
  );

  const signUp = () => deployment.accounts().signUp();
  const refresh = (token: string, instance = WITH_GRACE) => deployment.accounts(instance).refresh(token);
  const me = (token: string, instance = WITH_GRACE) =>
    deployment.client(instance).as(token).get('/api/v1/users/me');

  it('returns a new pair of tokens of the same session', async () => {
    const { tokens, sessionId } = await signUp();
    const { status, body } = await refresh(tokens.refresh_token);
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: 1800 });
    const [access, successor] = [claimsOf(body.access_token), claimsOf(body.refresh_token)];
    expect([access.sid, successor.sid]).toEqual([sessionId, sessionId]);
    expect(access.jti).not.toBe(claimsOf(tokens.access_token).jti);
    expect(successor.jti).not.toBe(claimsOf(tokens.refresh_token).jti);
    await expect(me(body.access_token)).resolves.toMatchObject({ status: 200 });
  });

  it('succeeds for many generations of tokens, on any instance', async () => {
    let { tokens } = await signUp();
    for (let generation = 0; generation < 6; generation++) {
      const answer = await refresh(tokens.refresh_token, generation % 3);
      expect(answer.status).toBe(200);
      tokens = answer.body;
    }
    await expect(me(tokens.access_token, NO_GRACE)).resolves.toMatchObject({ status: 200 });
  });

  it('returns the same refresh token again within the grace period, byte for byte', async () => {
    const { tokens } = await signUp();
    const first = await refresh(tokens.refresh_token);
    const second = await refresh(tokens.refresh_token);
    expect(second.status).toBe(200);
    expect(second.body.refresh_token).toBe(first.body.refresh_token);
    for (const { body } of [first, second])
      await expect(me(body.access_token)).resolves.toMatchObject({ status: 200 });
    await expect(refresh(first.body.refresh_token)).resolves.toMatchObject({ status: 200 });
  });

  it('with a token older than the predecessor revokes the session at once', async () => {
    const { tokens } = await signUp();
    const second = await refresh(tokens.refresh_token);
    const third = await refresh(second.body.refresh_token);
    expectRevoked(await refresh(tokens.refresh_token));
    expectRevoked(await refresh(third.body.refresh_token));
    expectRevoked(await me(third.body.access_token, NO_GRACE));
  });

  it('with the predecessor revokes the session once the grace period is over', async () => {
    const { tokens } = await signUp();
    const successor = await refresh(tokens.refresh_token, SHORT_GRACE);
    const began = performance.now();
    const answers: number[] = [];
    await waitFor(
      async () => {
        const { status } = await refresh(tokens.refresh_token, SHORT_GRACE);
        answers.push(status);
        return status === 401;
      },
      { what: 'the grace period to end', timeoutMs: GRACE_SECONDS * 1000 + 3000, intervalMs: 50 },
    );
    expect(performance.now() - began).toBeGreaterThan(GRACE_SECONDS * 1000 - 500);
    expect(new Set(answers)).toEqual(new Set([200, 401]));
    expectRevoked(await me(successor.body.access_token));
    expectRevoked(await refresh(successor.body.refresh_token));
  });

  it('with the predecessor revokes the session at once when the grace period is 0', async () => {
    const { tokens, client } = await signUp();
    const successor = await refresh(tokens.refresh_token, NO_GRACE);
    expect(successor.status).toBe(200);
    expectRevoked(await refresh(tokens.refresh_token, NO_GRACE));
    expectRevoked(await refresh(successor.body.refresh_token, NO_GRACE));
    expectRevoked(await client.get('/api/v1/sessions'));
  });

  it('that revokes its session does not affect other sessions of the account', async () => {
    const member = await signUp();
    const other = await deployment.accounts().logIn(member);
    await refresh(member.tokens.refresh_token, NO_GRACE);
    expectRevoked(await refresh(member.tokens.refresh_token, NO_GRACE));
    await expect(other.client.get('/api/v1/sessions')).resolves.toMatchObject({ body: { total: 1 } });
    await expect(refresh(other.tokens.refresh_token)).resolves.toMatchObject({ status: 200 });
  });

  it('keeps a client logged in that sends it twice at once', async () => {
    for (let round = 0; round < 5; round++) {
      const { tokens } = await signUp();
      const answers = await Promise.all([
        refresh(tokens.refresh_token),
        refresh(tokens.refresh_token, SHORT_GRACE),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(answers[0].body.refresh_token).toBe(answers[1].body.refresh_token);
      for (const { body } of answers)
        await expect(me(body.access_token)).resolves.toMatchObject({ status: 200 });
      await expect(refresh(answers[1].body.refresh_token)).resolves.toMatchObject({ status: 200 });
    }
  });

  it('is refused with a token that is not a refresh token of this service', async () => {
    const { tokens } = await signUp();
    const [header, payload, signature] = tokens.refresh_token.split('.');
    const wrong = [tokens.access_token, 'garbage', '..', `${header}.${payload}.`, `${header}.${signature}`];
    for (const token of wrong) expectProblem(await refresh(token), 401, 'token_invalid');
  });

  it('returns an access token that does not outlive the refresh token', async () => {
    const { tokens } = await signUp();
    const { body } = await refresh(tokens.refresh_token);
    const { exp, iat } = claimsOf(body.access_token);
    expect(exp - iat).toBe(body.expires_in);
    expect(exp).toBeLessThanOrEqual(claimsOf(body.refresh_token).exp);
  });
});
