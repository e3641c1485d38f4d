import { StallWatch } from '../../../test/support/stall-watch.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { createVerifier, type Verifier, type VerifierError, type VerifierOptions } from '../src/index.js';

/** What the scenarios need of an issuer: the stand-in of these tests, or the service itself. */
export interface IssuerUnderTest {
  options: VerifierOptions;
  /** A new user's first session. */
  logIn: () => Promise<{ token: string; userId: string }>;
  /** Resolves when the revocation is acknowledged. */
  logOut: (token: string) => Promise<void>;
  changeRole: (userId: string, role: string) => Promise<void>;
  stop: () => Promise<void>;
}

/** One suite for every issuer: what a service with the verifier may rely on. */
export function verifierScenarios(name: string, start: () => Promise<IssuerUnderTest>): void {
  describe(`a verifier of ${name}`, () => {
    let issuer: IssuerUnderTest;
    let verifier: Verifier;
    beforeEach(async () => {
      issuer = await start();
      verifier = await createVerifier(issuer.options);
      await waitFor(() => verifier.status().fresh, { what: 'the feed to be followed' });
    });
    afterEach(async () => {
      await verifier.close();
      await issuer.stop();
    });

    const outcome = (token: string): Promise<string> =>
      verifier.verify(token).then(
        ({ role }) => role,
        (error: unknown) => (error as VerifierError).code,
      );

    const untilOutcome = async (token: string, expected: string) => {
      const timeoutMs = issuer.options.maxStalenessMs ?? 1000;
      await waitFor(async () => (await outcome(token)) === expected, { what: expected, timeoutMs });
    };

    it('accepts a token, and refuses it within a second after its logout', async () => {
      const { token, userId } = await issuer.logIn();
      expect(await verifier.verify(token)).toMatchObject({ sub: userId });
      await issuer.logOut(token);
      await untilOutcome(token, 'token_revoked');
    });

    it('gives the new role of an old token within a second after the change', async () => {
      const { token, userId } = await issuer.logIn();
      await verifier.verify(token);
      await issuer.changeRole(userId, 'admin');
      await untilOutcome(token, 'admin');
    });

    it('stays fresh while nothing happens', async () => {
      const before = verifier.status().restarts;
      const { maxStalenessMs = 1000 } = issuer.options;
      const watch = new StallWatch();
      // A machine that stalls keeps the events away for as long, and a while after.
      const hasJustStalled = () =>
        watch.stalls.some(
          ({ from, to }) => to - from > maxStalenessMs / 4 && performance.now() - to < maxStalenessMs,
        );
      let isAlwaysFresh = true;
      const until = performance.now() + 2000;
      const hasPassed = () => {
        isAlwaysFresh &&= verifier.status().fresh || hasJustStalled();
        return performance.now() > until;
      };
      await waitFor(hasPassed, { what: 'two seconds to pass' });
      watch.stop();
      const { restarts } = verifier.status();
      expect({ isAlwaysFresh, restarts }).toEqual({ isAlwaysFresh: true, restarts: before });
    });
  });
}
