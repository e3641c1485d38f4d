import type { Mutant } from './mutant.js';

const KIT = 'packages/verifier/src';
const COVERAGE = `${KIT}/coverage.ts`;
const FEED = `${KIT}/feed.ts`;
const TOKENS = `${KIT}/access-tokens.ts`;
const BOUND_SPEC = [`${KIT}/bound.spec.ts`] as const;
const FEED_SPEC = [`${KIT}/feed.spec.ts`] as const;
const VERIFIER_SPEC = [`${KIT}/verifier.spec.ts`] as const;
const ROLES_SPEC = [`${KIT}/roles.spec.ts`] as const;
const TOKENS_SPEC = [`${KIT}/access-tokens.spec.ts`] as const;

/** Each breaks a guard of the verifier kit. */
export const VERIFIER_MUTANTS: readonly Mutant[] = [
  {
    name: 'the kit accepts without the feed',
    file: COVERAGE,
    text: 'return this.stalenessMs() <= this.maxStalenessMs;',
    replacement: 'return this.stalenessMs() < Infinity;',
    specs: BOUND_SPEC,
  },
  {
    name: 'a delayed answer of the feed counts as fresh',
    file: FEED,
    text: '{ monotonicMs: monotonicMs + laterMs, wallMs: wallMs + laterMs }',
    replacement: '{ monotonicMs: this.clock.monotonicMs(), wallMs: this.clock.wallMs() + 0 * wallMs }',
    specs: VERIFIER_SPEC,
  },
  {
    name: 'every token is covered by the feed',
    file: COVERAGE,
    text: 'principal.iat > this.coveredFrom + IAT_MARGIN_SECONDS;',
    replacement: 'true;',
    specs: BOUND_SPEC,
  },
  {
    name: 'a restart of the feed keeps what was covered',
    file: COVERAGE,
    text: 'this.sequence += 1;',
    replacement: '',
    specs: FEED_SPEC,
  },
  {
    name: 'introspection is kept before the service has settled',
    file: COVERAGE,
    text: 'sentMs < this.freshSinceMs + SETTLED_AFTER_MS',
    replacement: 'sentMs < -1',
    specs: FEED_SPEC,
  },
  {
    name: 'an old token gives its role after a change',
    file: COVERAGE,
    text: 'if (isCovered && principal.iat > (change?.untilIat ?? -Infinity)) return',
    replacement: 'if (isCovered) return',
    specs: ROLES_SPEC,
  },
  {
    name: 'the time of the statement decides which role is old',
    file: `${KIT}/revocations.ts`,
    text: 'Math.max(issuedAt, this.issuerClock.nowSeconds()) + CHANGE_MARGIN_SECONDS',
    replacement: 'issuedAt',
    specs: ROLES_SPEC,
  },
  {
    name: 'an incomplete answer of the feed counts as complete',
    file: FEED,
    text: 'if (!moreAvailable) ',
    replacement: '',
    specs: FEED_SPEC,
  },
  {
    name: 'a suspended machine goes unnoticed',
    file: `${KIT}/clock.ts`,
    text: 'Math.max(clock.monotonicMs() - monotonicMs, clock.wallMs() - wallMs)',
    replacement: 'clock.monotonicMs() - monotonicMs + 0 * wallMs',
    specs: VERIFIER_SPEC,
  },
  {
    name: 'an old verdict of an introspection is accepted',
    file: `${KIT}/verifier.ts`,
    text: 'elapsedMs(this.clock, sentAt) > this.settings.maxStalenessMs',
    replacement: 'elapsedMs(this.clock, sentAt) > Infinity',
    specs: VERIFIER_SPEC,
  },
  {
    name: 'the kit accepts any type of token',
    file: TOKENS,
    text: "typ: 'at+jwt',",
    replacement: '',
    specs: TOKENS_SPEC,
  },
  {
    name: 'the kit accepts a remembered token after its expiry',
    file: TOKENS,
    text: 'principal.exp <= this.clock.nowSeconds()',
    replacement: 'principal.exp <= 0',
    specs: TOKENS_SPEC,
  },
  {
    name: 'a remembered signature stands for any claims',
    file: TOKENS,
    text: 'if (known?.token !== token) return undefined;',
    replacement: 'if (known === undefined) return undefined;',
    specs: TOKENS_SPEC,
    test: 'under other claims',
  },
  {
    name: 'the guard lets requests through that it must refuse',
    file: `${KIT}/nestjs/verifier-auth.guard.ts`,
    text: 'return refuse(error);',
    replacement: 'return error !== undefined;',
    specs: ['packages/verifier/test/nestjs.spec.ts'],
    test: 'NestJS with Fastify and VerifierAuthGuard',
  },
  {
    name: 'an answer of the feed may know what is to come',
    file: FEED,
    text: 'Math.min(completeToMs, this.clock.monotonicMs() - monotonicMs)',
    replacement: 'completeToMs',
    specs: VERIFIER_SPEC,
  },
  {
    name: 'the kit gives two callers one object',
    file: `${KIT}/verifier.ts`,
    text: 'const principal = { ...known.principal };',
    replacement: 'const principal = known.principal as Principal;',
    specs: TOKENS_SPEC,
    test: 'as one object',
  },
  {
    name: 'a closed verifier accepts remembered tokens',
    file: `${KIT}/verifier.ts`,
    text: "if (this.closed || this.settings.mode === 'introspect') return undefined;",
    replacement: "if (this.settings.mode === 'introspect') return undefined;",
    specs: VERIFIER_SPEC,
    test: 'says nothing at once',
  },
  {
    name: 'STALEANSWER: the kit applies the answer to a cursor that it has given up',
    file: FEED,
    text: 'if (cursor !== this.cursor || this.configuration === undefined) return;',
    replacement: '',
    specs: FEED_SPEC,
    test: 'a cursor that it has given up',
  },
  {
    name: 'the kit covers tokens of the second in which its coverage begins',
    file: COVERAGE,
    text: 'this.coveredFrom + IAT_MARGIN_SECONDS;',
    replacement: 'this.coveredFrom;',
    specs: FEED_SPEC,
    test: 'the second after its begin',
  },
  {
    name: 'an earlier reading of the log replaces a later one',
    file: COVERAGE,
    text: 'if (elapsedMs(this.clock, completeTo) < this.stalenessMs()) this',
    replacement: 'this',
    specs: FEED_SPEC,
    test: 'a later answer ends with an earlier one',
  },
  {
    name: 'keys of a slow answer replace those of a later request',
    file: `${KIT}/key-set.ts`,
    text: 'if (begin.monotonicMs >= (this.readAt?.monotonicMs ?? -Infinity)) ',
    replacement: '',
    specs: [`${KIT}/key-set.spec.ts`],
    test: 'a slow answer',
  },
];
