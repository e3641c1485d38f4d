import type { SessionDto, SessionPageDto, UserDto } from '@ergodrive/client';
import { deviceName } from '../../shared/device-texts.js';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Danger } from '../components/danger.js';
import { Table } from '../components/table.js';
import { When } from '../../shared/components/when.js';
import { t } from '../texts.js';

type Props = Pick<SessionPageDto, 'sessions' | 'total'> & { of: UserDto };

/** Where somebody is signed in. */
export function PersonSessions({ of: { id, full_name: name }, sessions, total }: Props) {
  if (total === 0) return <p class="empty">{t('sessions.empty')}</p>;
  const columns = [
    t('sessions.device'),
    t('devices.place'),
    t('devices.last'),
    t('devices.first'),
    t('list.actions'),
  ];
  return (
    <>
      <Table
        caption={t('person.sessions')}
        columns={columns}
        rows={sessions.map((session) => ({ key: session.id, cells: cellsOf(session, id) }))}
      />
      {total > sessions.length && <p class="hint">{t('devices.more', { shown: sessions.length, total })}</p>}
      <div class="actions">
        <Danger
          button={t('sessions.end_all')}
          title={t('sessions.end_all_title', { name })}
          confirm={t('sessions.end_all')}
          done={t('sessions.ended_all')}
          send={() => call(() => client.api.userSessions.endAll({ path: { id } }))}
        >
          <p>{t('sessions.end_all_text', { count: total })}</p>
          <p>{t('sessions.again')}</p>
        </Danger>
      </div>
    </>
  );
}

function cellsOf(session: SessionDto, id: string) {
  const name = deviceName(session);
  const send = () => call(() => client.api.userSessions.end({ path: { id, session_id: session.id } }));
  return [
    <>
      {name} {session.current && <span class="badge">{t('devices.this_one')}</span>}
    </>,
    session.ip ?? t('devices.no_place'),
    <When at={session.last_used_at} isAgo />,
    <When at={session.created_at} />,
    <Danger
      button={t('devices.end')}
      label={t('devices.end_label', { name })}
      title={t('sessions.end_title', { name })}
      confirm={t('sessions.end')}
      done={t('sessions.ended')}
      send={send}
    >
      <p>{t(session.current ? 'sessions.end_own_text' : 'sessions.end_text')}</p>
      <p>{t('sessions.again')}</p>
    </Danger>,
  ];
}
