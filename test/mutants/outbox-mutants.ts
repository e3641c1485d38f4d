import type { Mutant } from './mutant.js';

const OUTBOX = 'src/audit/audit-outbox.ts';
const SPECS = ['test/integration/audit-outbox.spec.ts'] as const;

/** Which events of the audit trail get a log line. */
export const OUTBOX_MUTANTS: readonly Mutant[] = [
  {
    name: 'an event that commits after later ones gets no line',
    file: OUTBOX,
    text: 'underWay: line.under_way',
    replacement: 'underWay: []',
    specs: SPECS,
    test: 'commits after later ones',
  },
  {
    name: 'an event gets no line that a killed instance was taking',
    file: OUTBOX,
    text: 'return { next, underWay: [...underWay, ...before] };',
    replacement: 'return before.length < 0 ? BEGINNING : { next, underWay };',
    specs: SPECS,
    test: 'was killed',
  },
  {
    name: 'the position in the outbox outlives its history',
    file: OUTBOX,
    text: 'this.position = BEGINNING;',
    replacement: '',
    specs: SPECS,
    test: 'in another history',
  },
  {
    name: 'taken events are read again by each take',
    file: OUTBOX,
    text: 'this.position = withLocked(position, locked);',
    replacement: 'withLocked(position, locked);',
    specs: SPECS,
    test: 'an open snapshot keeps',
  },
];
