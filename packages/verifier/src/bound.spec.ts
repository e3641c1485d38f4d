import { setImmediate, setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import type { Session } from '../test/test-issuer.js';
import type { Exchange } from '../test/exchange.js';
import { VirtualWorld } from '../test/virtual-world.js';
import type { VerifierError } from './index.js';

const BOUND_MS = 1000;
const RUNS = 150;

/** When what became known: `at` to the log, `acknowledgedAt` to whoever made the change. */
type Fact = { value: string; at: number; acknowledgedAt: number };
type Login = { token: string; session: Session; revokedAt: number };

/**
 * Any order of changes, answers, losses, pauses and requests. The issuer's introspection may not know a change before
 * the change is acknowledged, as an instance of the service may not.
 */
class Model {
  private readonly logins: Login[] = [];
  private readonly roles = new Map<string, Fact[]>();
  readonly violations: string[] = [];
  accepted = 0;
  refused = 0;
  falseRefusals = 0;
  private readonly running = new Set<Promise<void>>();

  constructor(readonly world: VirtualWorld) {}

  get now(): number {
    return this.world.clock.monotonic;
  }

  async logIn(ofKnownUser: boolean): Promise<void> {
    const user = ofKnownUser ? this.logins[0]?.session.sub : undefined;
    const { token, session } = await this.world.issuer.logIn({ sub: user });
    this.logins.push({ token, session, revokedAt: Infinity });
    const { role } = this.world.issuer.users.get(session.sub)!;
    if (user === undefined) {
      this.roles.set(session.sub, [{ value: role, at: -Infinity, acknowledgedAt: -Infinity }]);
    }
  }

  revoke(index: number): void {
    const login = this.at(index);
    if (login === undefined || login.session.isRevoked) return;
    this.world.issuer.revoke(login.session);
    login.revokedAt = this.now;
  }

  change(index: number, lagMs: number): void {
    const { sub } = this.at(index)?.session ?? {};
    const facts = sub === undefined ? undefined : this.roles.get(sub);
    // One change after the other: the next begins when the last is acknowledged.
    if (sub === undefined || facts === undefined || this.now < facts.at(-1)!.acknowledgedAt) return;
    const value = `role ${facts.length}`;
    this.world.issuer.change(sub, { role: value });
    facts.push({ value, at: this.now, acknowledgedAt: this.now + lagMs });
  }

  /** Answers an introspection by the state before the last change, where that is not acknowledged yet. */
  private introspect(body: string): object {
    const answer = this.world.issuer.introspect(new URLSearchParams(body).get('token')!) as {
      active: boolean;
      sub: string;
    };
    const facts = this.roles.get(answer.sub);
    if (!answer.active || facts === undefined) return answer;
    const isOld = this.now < facts.at(-1)!.acknowledgedAt;
    return { ...answer, role: facts.at(isOld ? -2 : -1)!.value };
  }

  async answer(index: number): Promise<void> {
    const exchange = this.exchange(index);
    if (exchange === undefined) return;
    if (exchange.path === '/oauth2/introspect') exchange.answer(200, this.introspect(exchange.body));
    else await this.world.answer(exchange);
  }

  async deliver(index: number, how: 'deliver' | 'cut'): Promise<void> {
    const exchange = this.exchange(index);
    if (exchange !== undefined && (how === 'cut' || exchange.isAnswered)) {
      await this.world.deliver(exchange, how);
    }
  }

  /** What a healthy network does, for as long as the steps say. */
  async healthy(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      await this.pass(250);
      for (const [index, { path }] of this.world.exchanges.entries()) {
        if (path === '/oauth2/introspect') await this.answer(index);
      }
      await this.world.serve();
    }
  }

  async pass(ms: number): Promise<void> {
    await setImmediate();
    this.world.clock.pass(ms);
    this.world.clock.runDue();
    await setImmediate();
  }

  verify(index: number): void {
    const login = this.at(index);
    if (login === undefined) return;
    const running: Promise<void> = this.world.verifier.verify(login.token).then(
      ({ role }) => this.check(login, role),
      (error: unknown) => {
        const { code } = error as VerifierError;
        this.refused += 1;
        if (code !== 'unavailable' && login.revokedAt === Infinity) this.falseRefusals += 1;
      },
    );
    this.running.add(running);
    void running.finally(() => this.running.delete(running));
  }

  /** Every request ends, if the network answers again or is cut. Other threads verify signatures, in real time. */
  async end(): Promise<void> {
    for (let step = 0; this.running.size > 0 && step < 2000; step += 1)
      await Promise.all([setTimeout(2), this.healthy(1)]);
    if (this.running.size > 0) this.violations.push('a request never ends');
  }

  private check({ session, revokedAt }: Login, role: string): void {
    this.accepted += 1;
    if (this.now > revokedAt + BOUND_MS) {
      this.violations.push(`accepted ${this.now - revokedAt} ms after the revocation`);
    }
    const facts = this.roles.get(session.sub)!;
    const index = facts.findIndex(({ value }) => value === role);
    const replacedAt = facts[index + 1]?.acknowledgedAt ?? Infinity;
    if (this.now > replacedAt + BOUND_MS) {
      this.violations.push(`took a role ${this.now - replacedAt} ms after its change`);
    }
  }

  private at(index: number): Login | undefined {
    return this.logins[index % Math.max(this.logins.length, 1)];
  }

  private exchange(index: number): Exchange | undefined {
    return this.world.exchanges[index % Math.max(this.world.exchanges.length, 1)];
  }
}

type Step = (model: Model) => void | Promise<void>;
const index = fc.nat({ max: 7 });
const step = <T>(
  weight: number,
  values: fc.Arbitrary<T>,
  act: (model: Model, value: T) => ReturnType<Step>,
) => ({
  arbitrary: values.map<Step>((value) => (model) => act(model, value)),
  weight,
});
const nothing = fc.constant(undefined);

const steps: fc.Arbitrary<Step> = fc.oneof(
  step(3, fc.boolean(), (model, known) => model.logIn(known)),
  step(8, index, (model, at) => model.verify(at)),
  step(3, index, (model, at) => model.revoke(at)),
  step(2, fc.tuple(index, fc.nat({ max: 2000 })), (model, [at, lag]) => model.change(at, lag)),
  step(6, index, (model, at) => model.answer(at)),
  step(6, index, (model, at) => model.deliver(at, 'deliver')),
  step(1, index, (model, at) => model.deliver(at, 'cut')),
  step(6, fc.integer({ min: 1, max: 20 }), (model, count) => model.healthy(count)),
  step(5, fc.integer({ min: 1, max: 1500 }), (model, ms) => model.pass(ms)),
  step(1, nothing, (model) => model.world.issuer.restart()),
  step(1, nothing, (model) => model.world.issuer.deleteLog()),
  step(1, fc.constantFrom(-120, 0, 120), (model, aheadSeconds) => model.world.failOver(aheadSeconds)),
);

const sequences = fc.array(steps, { minLength: 10, maxLength: 120, size: 'max' });
/** A place for a few revocations, or for all. */
const memories = fc.constantFrom(1000, 1_000_000);

describe('for any order of changes, answers, losses and pauses', () => {
  it('a verifier accepts nothing that ended longer ago than the bound', async () => {
    const seen = { accepted: 0, refused: 0, introspections: 0 };
    await fc.assert(
      fc.asyncProperty(sequences, memories, async (sequence, maxRevocationBytes) => {
        const model = new Model(await VirtualWorld.create({ maxRevocationBytes }));
        try {
          await model.logIn(false);
          for (const apply of sequence) await apply(model);
          await model.end();
          seen.accepted += model.accepted;
          seen.refused += model.refused;
          seen.introspections += model.world.verifier.status().introspections;
          const { violations, falseRefusals } = model;
          expect({ violations, falseRefusals }).toEqual({ violations: [], falseRefusals: 0 });
        } finally {
          await model.world.close();
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    // The sequences reach what they are about.
    expect(seen.accepted).toBeGreaterThan(RUNS);
    expect(seen.refused).toBeGreaterThan(RUNS);
    expect(seen.introspections).toBeGreaterThan(RUNS);
  });
});
