import type { OwnEventDto } from '@ergodrive/client';
import { useSignal } from '@preact/signals';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Loaded } from '../../shared/components/loaded.js';
import { Failed } from '../../shared/components/notice.js';
import { View } from '../../shared/components/view.js';
import { reasonText } from '../../shared/failure-text.js';
import { dateTime, t, textOf } from '../../shared/language.js';
import { sessionsVersion } from '../../shared/session.js';
import { useAction } from '../../shared/use-action.js';
import { useResource } from '../../shared/use-resource.js';
import { describe } from './device-texts.js';

const PAGE_SIZE = 20;
const read = (cursor?: string) =>
  call(() =>
    client.api.me.events({ query: { limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) } }),
  );

/** What happened to the account, newest first. */
export function Events() {
  const newest = useResource(() => read(), sessionsVersion);
  const older = useSignal<readonly OwnEventDto[]>([]);
  const next = useSignal<string | null | undefined>(undefined);
  const more = useAction(async (cursor: string) => {
    const outcome = await read(cursor);
    if (outcome.data === undefined) return outcome;
    older.value = [...older.value, ...outcome.data.events];
    next.value = outcome.data.next_cursor;
    return outcome;
  });
  return (
    <View title={t('events.title')} lead={t('events.lead')}>
      <Loaded of={newest}>
        {({ events, next_cursor }) => {
          const cursor = next.value === undefined ? next_cursor : next.value;
          return (
            <>
              {events.length === 0 && <p class="empty">{t('events.empty')}</p>}
              <ol class="events">
                {withoutRepetition([...events, ...older.value]).map((event) => (
                  <Event key={event.id} event={event} />
                ))}
              </ol>
              {more.failure && <Failed failure={more.failure} />}
              {cursor !== null && (
                <button type="button" aria-disabled={more.isBusy} onClick={() => void more.run(cursor)}>
                  {t('events.more')}
                </button>
              )}
            </>
          );
        }}
      </Loaded>
    </View>
  );
}

/** The newest page moves on while older ones are shown. */
const withoutRepetition = (events: readonly OwnEventDto[]): OwnEventDto[] => [
  ...new Map(events.map((event) => [event.id, event])).values(),
];

function Event({ event: { action, at, ip, device, by_me: isOwn, reason } }: { event: OwnEventDto }) {
  const isKnown = device.browser !== null || device.os !== null;
  const place = [isKnown && describe(device.browser, device.os), ip].filter(Boolean).join(' · ');
  return (
    <li>
      <p class="what">
        {textOf(`event.${action}`, 'event.other')}
        {reason !== null && <span class="why"> {reasonText(reason)}</span>}
      </p>
      <p class="hint">
        <time dateTime={at}>{dateTime(at)}</time>
        {ip !== null && <span> · {place}</span>}
        {!isOwn && ip === null && <span> · {t('events.by_service')}</span>}
      </p>
    </li>
  );
}
