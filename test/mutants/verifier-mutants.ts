import { type Mutant, mutantsOf } from './mutant.js';

const KIT = 'packages/verifier/src';
const COVERAGE = `${KIT}/coverage.ts`;
const FEED = `${KIT}/feed.ts`;
const TOKENS = `${KIT}/access-tokens.ts`;
const BOUND_SPEC = `${KIT}/bound.spec.ts`;
const FEED_SPEC = `${KIT}/feed.spec.ts`;
const VERIFIER_SPEC = `${KIT}/verifier.spec.ts`;
const ROLES_SPEC = `${KIT}/roles.spec.ts`;
const TOKENS_SPEC = `${KIT}/access-tokens.spec.ts`;

/** Each breaks a guard of the verifier kit. */
export const VERIFIER_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(COVERAGE, BOUND_SPEC)`
    the kit accepts without the feed
      - return this.stalenessMs() <= this.maxStalenessMs;
      + return this.stalenessMs() < Infinity;
    every token is covered by the feed
      - principal.iat > this.coveredFrom + IAT_MARGIN_SECONDS;
      + true;
  `,
  ...mutantsOf(FEED, VERIFIER_SPEC)`
    a delayed answer of the feed counts as fresh
      - { monotonicMs: monotonicMs + laterMs, wallMs: wallMs + laterMs }
      + { monotonicMs: this.clock.monotonicMs(), wallMs: this.clock.wallMs() + 0 * wallMs }
    an answer of the feed may know what is to come
      - Math.min(completeToMs, this.clock.monotonicMs() - monotonicMs)
      + completeToMs
  `,
  ...mutantsOf(COVERAGE, FEED_SPEC)`
    a restart of the feed keeps what was covered
      - this.sequence += 1;
      +
    introspection is kept before the service has settled
      - sentMs < this.freshSinceMs + SETTLED_AFTER_MS
      + sentMs < -1
    the kit covers tokens of the second in which its coverage begins | the second after its begin
      - this.coveredFrom + IAT_MARGIN_SECONDS;
      + this.coveredFrom;
    an earlier reading of the log replaces a later one | a later answer ends with an earlier one
      - if (elapsedMs(this.clock, completeTo) < this.stalenessMs()) this
      + this
  `,
  ...mutantsOf(COVERAGE, ROLES_SPEC)`
    an old token gives its role after a change
      - if (isCovered && principal.iat > (change?.untilIat ?? -Infinity)) return
      + if (isCovered) return
  `,
  ...mutantsOf(`${KIT}/revocations.ts`, ROLES_SPEC)`
    the time of the statement decides which role is old
      - Math.max(issuedAt, this.issuerClock.nowSeconds()) + CHANGE_MARGIN_SECONDS
      + issuedAt
  `,
  ...mutantsOf(FEED, FEED_SPEC)`
    an incomplete answer of the feed counts as complete
      - if (!moreAvailable) ${''}
      +
    STALEANSWER: the kit applies the answer to a cursor that it has given up | a cursor that it has given up
      - if (cursor !== this.cursor || this.configuration === undefined) return;
      +
  `,
  ...mutantsOf(`${KIT}/clock.ts`, VERIFIER_SPEC)`
    a suspended machine goes unnoticed
      - Math.max(clock.monotonicMs() - monotonicMs, clock.wallMs() - wallMs)
      + clock.monotonicMs() - monotonicMs + 0 * wallMs
  `,
  ...mutantsOf(`${KIT}/verifier.ts`, VERIFIER_SPEC)`
    an old verdict of an introspection is accepted
      - elapsedMs(this.clock, sentAt) > this.settings.maxStalenessMs
      + elapsedMs(this.clock, sentAt) > Infinity
    a closed verifier accepts remembered tokens | says nothing at once
      - if (this.closed || this.settings.mode === 'introspect') return undefined;
      + if (this.settings.mode === 'introspect') return undefined;
  `,
  ...mutantsOf(TOKENS, TOKENS_SPEC)`
    the kit accepts any type of token
      - typ: 'at+jwt',
      +
    the kit accepts a remembered token after its expiry
      - principal.exp <= this.clock.nowSeconds()
      + principal.exp <= 0
    a remembered signature stands for any claims | under other claims
      - if (known?.token !== token) return undefined;
      + if (known === undefined) return undefined;
  `,
  ...mutantsOf(`${KIT}/nestjs/verifier-auth.guard.ts`, 'packages/verifier/test/nestjs.spec.ts')`
    the guard lets requests through that it must refuse | NestJS with Fastify and VerifierAuthGuard
      - return refuse(error);
      + return error !== undefined;
  `,
  ...mutantsOf(`${KIT}/verifier.ts`, TOKENS_SPEC)`
    the kit gives two callers one object | as one object
      - const principal = { ...known.principal };
      + const principal = known.principal as Principal;
  `,
  ...mutantsOf(`${KIT}/key-set.ts`, `${KIT}/key-set.spec.ts`)`
    keys of a slow answer replace those of a later request | a slow answer
      - if (begin.monotonicMs >= (this.readAt?.monotonicMs ?? -Infinity)) ${''}
      +
  `,
];
