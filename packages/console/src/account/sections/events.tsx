import type { OwnEventDto } from '@ergodrive/client';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { EventPages } from '../../shared/components/event-pages.js';
import { When } from '../../shared/components/when.js';
import { View } from '../../shared/components/view.js';
import { reasonText } from '../../shared/failure-text.js';
import { t, textOf } from '../../shared/language.js';
import { sessionsVersion } from '../../shared/session.js';
import { describe } from '../../shared/device-texts.js';

const PAGE_SIZE = 20;
const read = (cursor?: string) =>
  call(() =>
    client.api.me.events({ query: { limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) } }),
  );

/** What happened to the account, newest first. */
export const Events = () => (
  <View title={t('events.title')} lead={t('events.lead')}>
    <EventPages read={read} version={sessionsVersion}>
      {(events) => (
        <>
          {events.length === 0 && <p class="empty">{t('events.empty')}</p>}
          <ol class="events">
            {events.map((event) => (
              <Event key={event.id} event={event} />
            ))}
          </ol>
        </>
      )}
    </EventPages>
  </View>
);

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
        <When at={at} />
        {ip !== null && <span> · {place}</span>}
        {!isOwn && ip === null && <span> · {t('events.by_service')}</span>}
      </p>
    </li>
  );
}
