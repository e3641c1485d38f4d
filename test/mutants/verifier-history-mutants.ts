import { type Mutant, mutantsOf } from './mutant.js';

const KIT = 'packages/verifier/src';
const COVERAGE = `${KIT}/coverage.ts`;
const FEED = `${KIT}/feed.ts`;
const FAILOVER_SPEC = `${KIT}/failover.spec.ts`;
const MEMORY_SPEC = `${KIT}/memory.spec.ts`;

/** Each breaks what the verifier kit does after a failover, or when its memory is full. */
export const VERIFIER_HISTORY_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(FEED, FAILOVER_SPEC)`
    KEEPMAPS: the kit keeps revocations that a failover has lost | whose revocation was lost
      - this.revocations.clear();
      +
    the kit forgets revocations at each restart of the feed | keeps what it knows
      - if (answer.history !== this.history) this
      + if (answer.restarted) this
    the kit covers tokens of the old clock after a failover | no token of the old clock
      - Math.max(coveredFrom, this.earlierUntil)
      + coveredFrom
    the kit keeps the time of the old clock after a failover | accepts new tokens although the old clock was
      - this.issuerClock.restart();
      +
    the kit follows another history without a restart | before it has restarted
      -  || answer.history !== this.history;
      + ;
  `,
  ...mutantsOf(`${KIT}/issuer-clock.ts`, FAILOVER_SPEC)`
    the clock of the kit goes back within a history | clock was set back
      - if (this.last !== undefined && epochSeconds <= this.last.seconds) return;
      +
  `,
  ...mutantsOf(`${KIT}/issuer-clock.ts`, `${KIT}/access-tokens.spec.ts`)`
    tokens expire by the clock of the receiver | by the issuer’s clock
      - return this.last.seconds + elapsedMs(this.clock, this.last.at) / 1000;
      + return this.clock.wallMs() / 1000;
  `,
  ...mutantsOf(COVERAGE, FAILOVER_SPEC)`
    a token of the old clock counts as newer than a change | the role of a token of the old clock
      - Math.max(change?.atMs ?? -Infinity, this.forgottenMs) +
      + Math.max(principal.iat > (change?.untilIat ?? -Infinity) ? -Infinity : (change?.atMs ?? -Infinity), this.forgottenMs) +
    an introspection is kept longer than the entry of a later revocation
      | outlives the entry of its revocation
      - Math.max(change?.atMs ?? -Infinity, this.forgottenMs)
      + (change?.atMs ?? -Infinity)
  `,
  ...mutantsOf(COVERAGE, MEMORY_SPEC)`
    the kit covers tokens whose revocation it has deleted for want of memory
      | still refuses what it has no place for
      - this.narrow(untilIat);
      +
  `,
  ...mutantsOf(`${KIT}/revocations.ts`, MEMORY_SPEC)`
    the kit has no bound for the memory of revocations | says so once
      - if (isEarly && this.takenBytes <= this.maxBytes) break;
      + if (isEarly) break;
  `,
  ...mutantsOf(FEED, MEMORY_SPEC)`
    entries for which there is no place are deleted in silence | says so once
      - if (forgotten.isEarly) this.reporter.failed('memory', new Error(NO_PLACE));
      +
  `,
];
