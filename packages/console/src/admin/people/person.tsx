import type { UserDto } from '@ergodrive/client';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Link } from '../../shared/components/link.js';
import { Loaded } from '../../shared/components/loaded.js';
import { Notice } from '../../shared/components/notice.js';
import { View } from '../../shared/components/view.js';
import { dateTime, languageName } from '../../shared/language.js';
import { user as self } from '../../shared/session-state.js';
import { useResource } from '../../shared/use-resource.js';
import { changes } from '../changes.js';
import { Facts } from '../components/facts.js';
import { Refresh } from '../components/refresh.js';
import { When } from '../../shared/components/when.js';
import { t } from '../texts.js';
import { Access } from './access.js';
import { Erasure } from './erasure.js';
import { PersonEvents } from './person-events.js';
import { PersonSessions } from './person-sessions.js';
import { Reset } from './reset.js';
import { Role } from './role.js';
import { useWatch } from './use-watch.js';

const PAGE_SIZE = 50;

/** One account: what it is, where it is signed in, what happened to it, and what an admin can do. */
export function Person({ id }: { id: string }) {
  const account = useResource(() => call(() => client.api.users.read({ path: { id } })), changes);
  const sessions = useResource(
    () => call(() => client.api.userSessions.list({ path: { id }, query: { page_size: PAGE_SIZE } })),
    changes,
  );
  const title = account.data?.full_name ?? t('person.title');
  const live = sessions.data?.total;
  // The oldest: a newer one does not change which channel is open.
  useWatch(sessions.data?.sessions.at(-1)?.id);
  return (
    <View title={title}>
      <p class="back">
        <Link to="admin/people">{t('person.back')}</Link>
      </p>
      <Loaded of={account}>
        {(person) => (
          <>
            {person.id === self.value?.id && <Notice kind="info">{t('person.self')}</Notice>}
            {person.deletion_due_at !== null && (
              <Notice kind="warning">{t('erasure.due', { at: dateTime(person.deletion_due_at) })}</Notice>
            )}
            {!person.is_active && <Notice kind="warning">{t('person.inactive_notice')}</Notice>}
            <Account of={person} />
            <section class="part" aria-labelledby="sessions">
              <div class="bar">
                <h2 id="sessions">{t('person.sessions')}</h2>
                <Refresh />
              </div>
              <Loaded of={sessions}>{(page) => <PersonSessions of={person} {...page} />}</Loaded>
            </section>
            <section class="part" aria-labelledby="events">
              <h2 id="events">{t('person.events')}</h2>
              <PersonEvents id={id} />
            </section>
            <section class="part" aria-labelledby="change">
              <h2 id="change">{t('person.change')}</h2>
              <Role key={person.role} of={person} sessions={live} />
              <Reset of={person} />
              <Access of={person} sessions={live} />
              {person.deletion_due_at === null && <Erasure of={person} />}
            </section>
          </>
        )}
      </Loaded>
    </View>
  );
}

const Account = ({ of: person }: { of: UserDto }) => (
  <Facts
    of={[
      [
        t('person.address'),
        <>
          {person.email}{' '}
          <span class={person.email_verified ? 'badge good' : 'badge over'}>
            {t(person.email_verified ? 'address.proved' : 'address.not_proved')}
          </span>
        </>,
      ],
      [t('person.role'), person.role],
      [t('person.state'), t(person.is_active ? 'person.active' : 'person.inactive')],
      [
        t('profile.language'),
        person.locale === null ? t('profile.no_language') : languageName(person.locale),
      ],
      [t('person.since'), <When at={person.created_at} />],
      [t('person.id'), <code>{person.id}</code>],
    ]}
  />
);
