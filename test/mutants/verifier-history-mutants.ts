import type { Mutant } from './mutant.js';

const KIT = 'packages/verifier/src';
const COVERAGE = `${KIT}/coverage.ts`;
const FEED = `${KIT}/feed.ts`;
const FAILOVER_SPEC = [`${KIT}/failover.spec.ts`] as const;
const MEMORY_SPEC = [`${KIT}/memory.spec.ts`] as const;

/** Each breaks what the verifier kit does after a failover, or when its memory is full. */
export const VERIFIER_HISTORY_MUTANTS: readonly Mutant[] = [
  {
    name: 'KEEPMAPS: the kit keeps revocations that a failover has lost',
    file: FEED,
    text: 'this.revocations.clear();',
    replacement: '',
    specs: FAILOVER_SPEC,
    test: 'whose revocation was lost',
  },
  {
    name: 'the kit forgets revocations at each restart of the feed',
    file: FEED,
    text: 'if (answer.history !== this.history) this',
    replacement: 'if (answer.restarted) this',
    specs: FAILOVER_SPEC,
    test: 'keeps what it knows',
  },
  {
    name: 'the kit covers tokens of the old clock after a failover',
    file: FEED,
    text: 'Math.max(coveredFrom, this.earlierUntil)',
    replacement: 'coveredFrom',
    specs: FAILOVER_SPEC,
    test: 'no token of the old clock',
  },
  {
    name: 'the kit keeps the time of the old clock after a failover',
    file: FEED,
    text: 'this.issuerClock.restart();',
    replacement: '',
    specs: FAILOVER_SPEC,
    test: 'accepts new tokens although the old clock was',
  },
  {
    name: 'the kit follows another history without a restart',
    file: FEED,
    text: ' || answer.history !== this.history;',
    replacement: ';',
    specs: FAILOVER_SPEC,
    test: 'before it has restarted',
  },
  {
    name: 'the clock of the kit goes back within a history',
    file: `${KIT}/issuer-clock.ts`,
    text: 'if (this.last !== undefined && epochSeconds <= this.last.seconds) return;',
    replacement: '',
    specs: FAILOVER_SPEC,
    test: 'clock was set back',
  },
  {
    name: 'tokens expire by the clock of the receiver',
    file: `${KIT}/issuer-clock.ts`,
    text: 'return this.last.seconds + elapsedMs(this.clock, this.last.at) / 1000;',
    replacement: 'return this.clock.wallMs() / 1000;',
    specs: [`${KIT}/access-tokens.spec.ts`],
    test: 'by the issuer’s clock',
  },
  {
    name: 'a token of the old clock counts as newer than a change',
    file: COVERAGE,
    text: 'Math.max(change?.atMs ?? -Infinity, this.forgottenMs) +',
    replacement:
      'Math.max(principal.iat > (change?.untilIat ?? -Infinity) ? -Infinity : (change?.atMs ?? -Infinity), this.forgottenMs) +',
    specs: FAILOVER_SPEC,
    test: 'the role of a token of the old clock',
  },
  {
    name: 'an introspection is kept longer than the entry of a later revocation',
    file: COVERAGE,
    text: 'Math.max(change?.atMs ?? -Infinity, this.forgottenMs)',
    replacement: '(change?.atMs ?? -Infinity)',
    specs: FAILOVER_SPEC,
    test: 'outlives the entry of its revocation',
  },
  {
    name: 'the kit covers tokens whose revocation it has deleted for want of memory',
    file: COVERAGE,
    text: 'this.narrow(untilIat);',
    replacement: '',
    specs: MEMORY_SPEC,
    test: 'still refuses what it has no place for',
  },
  {
    name: 'the kit has no bound for the memory of revocations',
    file: `${KIT}/revocations.ts`,
    text: 'if (isEarly && this.takenBytes <= this.maxBytes) break;',
    replacement: 'if (isEarly) break;',
    specs: MEMORY_SPEC,
    test: 'says so once',
  },
  {
    name: 'entries for which there is no place are deleted in silence',
    file: FEED,
    text: "if (forgotten.isEarly) this.reporter.failed('memory', new Error(NO_PLACE));",
    replacement: '',
    specs: MEMORY_SPEC,
    test: 'says so once',
  },
];
