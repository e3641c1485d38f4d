import { isAcknowledged, type Operation } from './history.js';
import { overlaps, type Span } from './promise.js';
import type { Violation } from './violation.js';

/** A password is changed away from once: of two changes that know the same one, the second is refused. A reset knows none. */
export function checkPasswordChanges(operations: readonly Operation[], lost: readonly Span[]): Violation[] {
  const changes = operations.filter(
    ({ kind, password }) => kind === 'set-password' && password !== undefined,
  );
  return withEarlier(changes, lost, ({ userId, password }) => `${userId} ${password ?? ''}`).map(
    ({ operation }) => ({ rule: 'lost password change', operation }),
  );
}

/** The same refresh token with the same key is always answered with the same successor. */
export function checkExchanges(operations: readonly Operation[], lost: readonly Span[]): Violation[] {
  const exchanges = operations.filter(({ exchange }) => exchange?.key !== undefined);
  const keyOf = ({ exchange }: Operation) => `${exchange!.presented} ${exchange!.key!}`;
  return withEarlier(exchanges, lost, keyOf)
    .filter(({ operation, first }) => operation.exchange?.successor !== first.exchange?.successor)
    .map(({ operation }) => ({ rule: 'another successor', operation }));
}

/** The acknowledged operations that have the key of an earlier one, with that one. */
function withEarlier(
  operations: readonly Operation[],
  lost: readonly Span[],
  keyOf: (operation: Operation) => string,
): { operation: Operation; first: Operation }[] {
  const firsts = new Map<string, Operation>();
  const repeated: { operation: Operation; first: Operation }[] = [];
  for (const operation of operations) {
    if (!isAcknowledged(operation) || overlaps({ from: operation.start, to: operation.end }, lost)) continue;
    const first = firsts.get(keyOf(operation));
    if (first) repeated.push({ operation, first });
    else firsts.set(keyOf(operation), operation);
  }
  return repeated;
}
