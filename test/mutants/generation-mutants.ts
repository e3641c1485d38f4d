import { type Mutant, mutantsOf } from './mutant.js';

const SPECS = 'test/integration/everybody-ended.spec.ts';
const KIT_SPECS = 'packages/verifier/src/everybody.spec.ts';

/** What makes the end of everybody's sessions final. */
export const GENERATION_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/database/live-session.ts', SPECS)`
    a session of a generation that has ended is live | once the call is answered
      -
      -     AND \${session}.generation = (SELECT generation FROM session_generation)
      +
    the end of everybody's sessions does not wait for commands and logins | end after a command
      - gate AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(\${GENERATION_LOCK}))
      + gate AS MATERIALIZED (SELECT \${GENERATION_LOCK})
  `,
  ...mutantsOf('src/database/migrations/1764000000031-session-generations.ts', SPECS)`
    a session that an older version opens does not wait for the end of the generation
      | before a session that SQL opens
      - PERFORM pg_advisory_xact_lock_shared(1764000000031);
      +
    a generation that has ended becomes the current one again | goes back
      - NEW.generation > OLD.generation THEN
      + NEW.generation <> OLD.generation THEN
  `,
  ...mutantsOf('src/log/invalidation-follower.ts', SPECS)`
    an instance accepts entries from before the end of everybody's sessions
      | when Redis brings their entries back
      - if (rows.some(endsEverybody)) this.standing.skip(databaseMs);
      + void endsEverybody;
  `,
  ...mutantsOf('src/log/invalidation-log.ts', SPECS)`
    a replay leaves entries from before the end of everybody's sessions | when Redis brings their entries back
      -  || line.ends_everybody)
      + )
  `,
  ...mutantsOf('src/log/eviction.service.ts', SPECS)`
    the end of everybody's sessions is answered before every instance has read it | once the call is answered
      - await Promise.all([pause(ACCEPTANCE_ENDED_MS), this.users.evictAll()
      + await Promise.all([this.users.evictAll()
    entries from before the end of everybody's sessions stay in Redis | leave no entries
      - , this.users.evictAll().catch(ignoreOutage)]
      + , ignoreOutage]
  `,
  ...mutantsOf('packages/verifier/src/revocations.ts', KIT_SPECS)`
    the kit asks about every token after the end of everybody's sessions | without asking
      -  || iat < this.everybodyEndedAt;
      +  || iat === -Infinity;
    the kit accepts a token of the second in which everybody's sessions ended | of the same second
      - this.changes.get(EVERYBODY)]
      + undefined as Batch | undefined]
    the kit refuses new sessions after the clock was set back | its clock was set back
      - if (epochSeconds < this.everybodyEndedAt)
      + if (epochSeconds === -Infinity)
  `,
  ...mutantsOf('packages/verifier/src/security-event.ts', KIT_SPECS)`
    the kit takes the end of the sessions of another issuer for that of its own | of another issuer
      - member(tenant, 'uri', 'uri') !== issuer
      + member(tenant, 'uri', 'uri') === ''
  `,
];
