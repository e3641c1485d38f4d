import type { AuditListData } from '@ergodrive/client';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { EventPages } from '../../shared/components/event-pages.js';
import { filterOf } from '../address.js';
import { changes } from '../changes.js';
import { AuditLines } from './audit-lines.js';

const PAGE_SIZE = 30;
type Query = NonNullable<AuditListData['query']>;

/** The events of the filters in the address, newest first. */
export const AuditTrail = () => (
  <EventPages read={read} version={changes}>
    {(events) => <AuditLines events={events} />}
  </EventPages>
);

const read = (cursor?: string) =>
  call(() =>
    client.api.audit.list({
      query: { ...filters(), limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) },
    }),
  );

function filters(): Query {
  const given = {
    action: filterOf('action'),
    user_id: filterOf('user'),
    actor_id: filterOf('actor'),
    from: instantOf(filterOf('from')),
    to: instantOf(filterOf('to')),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
}

/** The address has the time of this device. */
function instantOf(local: string): string {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}
