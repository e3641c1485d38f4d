import type { Mutant } from './mutant.js';

const LIVE = 'src/database/live-session.ts';
const MIGRATION = 'src/database/migrations/1764000000031-session-generations.ts';
const REVOCATIONS = 'packages/verifier/src/revocations.ts';
const EVICTIONS = 'src/log/eviction.service.ts';
const SPECS = ['test/integration/everybody-ended.spec.ts'] as const;
const KIT_SPECS = ['packages/verifier/src/everybody.spec.ts'] as const;

/** What makes the end of everybody's sessions final. */
export const GENERATION_MUTANTS: readonly Mutant[] = [
  {
    name: 'a session of a generation that has ended is live',
    file: LIVE,
    text: '\n    AND ${session}.generation = (SELECT generation FROM session_generation)',
    replacement: '',
    specs: SPECS,
    test: 'once the call is answered',
  },
  {
    name: "the end of everybody's sessions does not wait for commands and logins",
    file: LIVE,
    text: 'gate AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(${GENERATION_LOCK}))',
    replacement: 'gate AS MATERIALIZED (SELECT ${GENERATION_LOCK})',
    specs: SPECS,
    test: 'end after a command',
  },
  {
    name: 'a session that an older version opens does not wait for the end of the generation',
    file: MIGRATION,
    text: 'PERFORM pg_advisory_xact_lock_shared(1764000000031);',
    replacement: '',
    specs: SPECS,
    test: 'before a session that SQL opens',
  },
  {
    name: 'a generation that has ended becomes the current one again',
    file: MIGRATION,
    text: 'NEW.generation > OLD.generation THEN',
    replacement: 'NEW.generation <> OLD.generation THEN',
    specs: SPECS,
    test: 'goes back',
  },
  {
    name: "an instance accepts entries from before the end of everybody's sessions",
    file: 'src/log/invalidation-follower.ts',
    text: 'if (rows.some(endsEverybody)) this.standing.skip(databaseMs);',
    replacement: 'void endsEverybody;',
    specs: SPECS,
    test: 'when Redis brings their entries back',
  },
  {
    name: "a replay leaves entries from before the end of everybody's sessions",
    file: 'src/log/invalidation-log.ts',
    text: ' || line.ends_everybody)',
    replacement: ')',
    specs: SPECS,
    test: 'when Redis brings their entries back',
  },
  {
    name: "the end of everybody's sessions is answered before every instance has read it",
    file: EVICTIONS,
    text: 'await Promise.all([pause(ACCEPTANCE_ENDED_MS), this.users.evictAll()',
    replacement: 'await Promise.all([this.users.evictAll()',
    specs: SPECS,
    test: 'once the call is answered',
  },
  {
    name: "entries from before the end of everybody's sessions stay in Redis",
    file: EVICTIONS,
    text: ', this.users.evictAll().catch(ignoreOutage)]',
    replacement: ', ignoreOutage]',
    specs: SPECS,
    test: 'leave no entries',
  },
  {
    name: "the kit asks about every token after the end of everybody's sessions",
    file: REVOCATIONS,
    text: ' || iat < this.everybodyEndedAt;',
    replacement: ' || iat === -Infinity;',
    specs: KIT_SPECS,
    test: 'without asking',
  },
  {
    name: "the kit accepts a token of the second in which everybody's sessions ended",
    file: REVOCATIONS,
    text: 'this.changes.get(EVERYBODY)]',
    replacement: 'undefined as Batch | undefined]',
    specs: KIT_SPECS,
    test: 'of the same second',
  },
  {
    name: 'the kit refuses new sessions after the clock was set back',
    file: REVOCATIONS,
    text: 'if (epochSeconds < this.everybodyEndedAt)',
    replacement: 'if (epochSeconds === -Infinity)',
    specs: KIT_SPECS,
    test: 'its clock was set back',
  },
  {
    name: 'the kit takes the end of the sessions of another issuer for that of its own',
    file: 'packages/verifier/src/security-event.ts',
    text: "member(tenant, 'uri', 'uri') !== issuer",
    replacement: "member(tenant, 'uri', 'uri') === ''",
    specs: KIT_SPECS,
    test: 'of another issuer',
  },
];
