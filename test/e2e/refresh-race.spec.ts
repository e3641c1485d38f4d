import { PATIENT } from '../support/app/patient.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { beforeSuite, claimsOf, Deployment, expectProblem } from './support/suite.js';

const PARALLEL = 50;

/** Two instances with a grace period and two without, on one database and one Redis. */
describe('many refreshes of one token at once', () => {
  const redis = beforeSuite(() => RedisServer.start());
  const deployment = beforeSuite(() => {
    // They take turns at one row, which takes a busy machine more than the time for a request.
    const strict = { ...PATIENT, REFRESH_GRACE_SECONDS: '0' };
    return Deployment.start({ instances: [PATIENT, PATIENT, strict, strict], redisUrl: redis.url });
  });

  const refreshAll = (token: string, instances: readonly [number, number]) =>
    Promise.all(
      Array.from({ length: PARALLEL }, (_, index) =>
        deployment.accounts(instances[index % 2]).refresh(token),
      ),
    );

  describe.each([
    ['Redis up', async () => deployment.trusted()],
    [
      'Redis down',
      async () => {
        await redis.kill9();
        await deployment.degraded();
      },
    ],
  ])('with %s', (_, prepare) => {
    beforeAll(prepare);

    it('issue one successor, which all of them get', async () => {
      const { tokens } = await deployment.accounts().signUp();
      const answers = await refreshAll(tokens.refresh_token, [0, 1]);
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      const successors = new Set(answers.map(({ body }) => body.refresh_token));
      expect(successors.size).toBe(1);
      expect(new Set(answers.map(({ body }) => claimsOf(body.access_token).jti)).size).toBe(PARALLEL);
      await expect(deployment.accounts(1).refresh([...successors][0]!)).resolves.toMatchObject({
        status: 200,
      });
    });

    it('issue one successor, which one of them gets, without a grace period', async () => {
      const { tokens } = await deployment.accounts().signUp();
      const answers = await refreshAll(tokens.refresh_token, [2, 3]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      for (const answer of answers.filter(({ status }) => status !== 200))
        expectProblem(answer, 401, 'token_revoked');
    });
  });
});
