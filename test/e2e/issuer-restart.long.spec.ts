import { setTimeout as pause } from 'node:timers/promises';
import { createVerifier, type Verifier, type VerifierError } from '../../packages/verifier/src/index.js';
import { waitFor } from '../support/wait-for.js';
import type { Member } from './support/accounts.js';
import { IssuerDeployment } from './support/issuer-deployment.js';
import { expectWithinBound } from './support/within-bound.js';

const EVERY_MS = 50;
/** `maxStalenessMs` of each verifier. */
const BOUNDS = { usual: 1000, patient: 30_000 };
const NAMES = ['usual', 'patient'] as const;

/** What docs/protect-your-api.md says in "When the auth service restarts". */
describe('an API whose auth service, a single instance, restarts', () => {
  let issuer: IssuerDeployment;
  let verifiers: Record<keyof typeof BOUNDS, Verifier>;
  let member: Member;
  let other: Member;

  beforeAll(async () => {
    issuer = await IssuerDeployment.start();
    const { url, clientId, clientSecret } = issuer;
    const create = (maxStalenessMs: number) =>
      createVerifier({ issuer: url, clientId, clientSecret, maxStalenessMs, onError: () => undefined });
    const [usual, patient] = await Promise.all([create(BOUNDS.usual), create(BOUNDS.patient)]);
    verifiers = { usual, patient };
    await freshAgain();
    [member, other] = await Promise.all([
      issuer.deployment.accounts().signUp(),
      issuer.deployment.accounts().signUp(),
    ]);
    // The feed covers no token that is as new as the verifier: it is introspected until the issuer's answers count.
    await waitFor(async () => (await Promise.all(NAMES.map(remembersBoth))).every(Boolean), {
      what: 'the tokens to be remembered',
      timeoutMs: 20_000,
    });
  });
  afterAll(async () => {
    await Promise.all(Object.values(verifiers).map((verifier) => verifier.close()));
    await issuer.stop();
  });

  const freshAgain = () =>
    waitFor(() => verifiers.usual.status().fresh && verifiers.patient.status().fresh, {
      what: 'the feed to be followed',
      timeoutMs: 20_000,
    });
  /** The role, or the code of the refusal. */
  const outcome = (name: keyof typeof BOUNDS, { tokens } = member): Promise<string> =>
    verifiers[name].verify(tokens.access_token).then(
      ({ role }) => role,
      (error: unknown) => (error as VerifierError).code,
    );

  const remembersBoth = async (name: keyof typeof BOUNDS): Promise<boolean> => {
    await Promise.all([outcome(name), outcome(name, other)]);
    return [member, other].every(
      ({ tokens }) => verifiers[name].verifyAtOnce(tokens.access_token) !== undefined,
    );
  };

  it('accepts tokens throughout with a bound above the restart, and answers "unavailable" with the usual one', async () => {
    const outcomes = { usual: [] as string[], patient: [] as string[] };
    const restart = { isOver: false };
    const restarted = issuer.app.restart().finally(() => (restart.isOver = true));
    while (!restart.isOver) {
      for (const name of NAMES) void outcome(name).then((each) => outcomes[name].push(each));
      await pause(EVERY_MS);
    }
    await restarted;
    await freshAgain();
    await expect(outcome('usual')).resolves.toBe('student');
    expect(new Set(outcomes.patient)).toEqual(new Set(['student']));
    expect(new Set(outcomes.usual)).toEqual(new Set(['student', 'unavailable']));
  }, 120_000);

  it('refuses a token after its logout as fast with either bound', async () => {
    // A verifier with a long bound counts as fresh for as long, also before it has come back to the feed.
    await issuer.logOut(other.tokens.access_token);
    const haveComeBack = async () =>
      (await Promise.all(NAMES.map((name) => outcome(name, other)))).every(
        (each) => each === 'token_revoked',
      );
    await waitFor(haveComeBack, { what: 'both to follow the feed again', timeoutMs: 20_000 });
    await issuer.logOut(member.tokens.access_token);
    for (const name of NAMES)
      await expectWithinBound('token_revoked', () => outcome(name), {
        boundMs: BOUNDS.usual,
        unavailable: 'unavailable',
      });
  });
});
