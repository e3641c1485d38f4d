import { type Mutant, mutantsOf } from './mutant.js';

/** Which events of the audit trail get a log line. */
export const OUTBOX_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/audit/audit-outbox.ts', 'test/integration/audit-outbox.spec.ts')`
    an event that commits after later ones gets no line | commits after later ones
      - underWay: line.under_way
      + underWay: []
    an event gets no line that a killed instance was taking | was killed
      - return { next, underWay: [...underWay, ...before] };
      + return before.length < 0 ? BEGINNING : { next, underWay };
    the position in the outbox outlives its history | in another history
      - this.position = BEGINNING;
      +
    taken events are read again by each take | an open snapshot keeps
      - this.position = withLocked(position, locked);
      + withLocked(position, locked);
  `,
];
