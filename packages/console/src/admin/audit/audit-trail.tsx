import type { AuditEventDto, AuditListData } from '@ergodrive/client';
import { useSignal } from '@preact/signals';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Loaded } from '../../shared/components/loaded.js';
import { Failed } from '../../shared/components/notice.js';
import { useAction } from '../../shared/use-action.js';
import { useResource } from '../../shared/use-resource.js';
import { filterOf } from '../address.js';
import { changes } from '../changes.js';
import { t } from '../texts.js';
import { AuditLines } from './audit-lines.js';

const PAGE_SIZE = 30;
type Query = NonNullable<AuditListData['query']>;

/** The events of the filters in the address, newest first. */
export function AuditTrail() {
  const newest = useResource(() => read(), changes);
  const older = useSignal<readonly AuditEventDto[]>([]);
  const next = useSignal<string | null | undefined>(undefined);
  const more = useAction(async (cursor: string) => {
    const outcome = await read(cursor);
    if (outcome.data === undefined) return outcome;
    older.value = [...older.value, ...outcome.data.events];
    next.value = outcome.data.next_cursor;
    return outcome;
  });
  return (
    <Loaded of={newest}>
      {({ events, next_cursor }) => {
        const cursor = next.value === undefined ? next_cursor : next.value;
        return (
          <>
            <AuditLines events={withoutRepetition([...events, ...older.value])} />
            {more.failure && <Failed failure={more.failure} />}
            {cursor !== null && (
              <div class="actions">
                <button type="button" aria-disabled={more.isBusy} onClick={() => void more.run(cursor)}>
                  {t('events.more')}
                </button>
              </div>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

const read = (cursor?: string) =>
  call(() =>
    client.api.audit.list({
      query: { ...filters(), limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) },
    }),
  );

/** The newest page moves on while older ones are shown. */
const withoutRepetition = (events: readonly AuditEventDto[]): AuditEventDto[] => [
  ...new Map(events.map((event) => [event.id, event])).values(),
];

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
