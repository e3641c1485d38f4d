import type { AuditEventDto } from '@ergodrive/client';
import { CATALOGS } from '../../shared/language.js';
import { textOf } from '../texts.js';

const PREFIX = 'event.';
const NOT_ONE = 'event.other';

/** The actions that the pages have words for. */
export const ACTIONS: readonly string[] = Object.keys(CATALOGS.en)
  .filter((key) => key.startsWith(PREFIX) && key !== NOT_ONE)
  .map((key) => key.slice(PREFIX.length))
  .sort();

/** What happened, for somebody else than its person. */
export function wordsOf({ action }: Pick<AuditEventDto, 'action'>): string {
  return textOf(
    `audit.event.${action}`,
    ACTIONS.includes(action) ? (`event.${action}` as typeof NOT_ONE) : NOT_ONE,
  );
}

/** Why and how, each as a name and a value; a reason in words where there are some. */
export function detailsOf({ details }: Pick<AuditEventDto, 'details'>): string[] {
  const inOrder = Object.entries(details).sort(([one], [other]) => one.localeCompare(other));
  return inOrder.map(([name, value]) => {
    if (name === 'reason') return textOf(`audit.reason.${value}`, 'audit.reason', { value });
    return textOf(`audit.detail.${name}`, 'audit.detail', { name, value });
  });
}
