import type { SessionDto } from '@ergodrive/client';
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Dialog } from '../../shared/components/dialog.js';
import { Loaded } from '../../shared/components/loaded.js';
import { Failed, Notice } from '../../shared/components/notice.js';
import { View } from '../../shared/components/view.js';
import { t } from '../../shared/language.js';
import { seenEnds, sessionsVersion } from '../../shared/session.js';
import { useAction } from '../../shared/use-action.js';
import { useResource } from '../../shared/use-resource.js';
import { Device } from './device.js';

const PAGE_SIZE = 100;
const read = () => call(() => client.api.sessions.list({ query: { page_size: PAGE_SIZE } }));

/** The live sessions of the account. One that ends while it is shown stays, dark and with the reason. */
export function Devices() {
  const list = useResource(read, sessionsVersion);
  const known = useRef(new Map<string, SessionDto>());
  for (const session of list.data?.sessions ?? []) known.current.set(session.id, session);
  const live = list.data?.sessions ?? [];
  const ends = seenEnds.value;
  const rows = [...known.current.values()]
    .filter(({ id }) => ends.has(id) || live.some((one) => one.id === id))
    .sort(thisFirst);
  const current = rows.find((one) => one.current);
  const others = live.filter((one) => !one.current && !ends.has(one.id)).length;
  return (
    <View title={t('devices.title')} lead={t('devices.lead')}>
      <Loaded of={list}>
        {({ total }) => (
          <>
            <ul class="devices">
              {rows.map((one) => (
                <Device key={one.id} session={one} current={current} end={ends.get(one.id)} />
              ))}
            </ul>
            {total > PAGE_SIZE && <p class="hint">{t('devices.more', { shown: PAGE_SIZE, total })}</p>}
            {others === 0 ? <p class="hint">{t('devices.alone')}</p> : <EndOthers count={others} />}
          </>
        )}
      </Loaded>
    </View>
  );
}

/** This device, then the newest login. */
const thisFirst = (one: SessionDto, other: SessionDto): number =>
  Number(other.current) - Number(one.current) || other.created_at.localeCompare(one.created_at);

function EndOthers({ count }: { count: number }) {
  const isAsked = useSignal(false);
  const action = useAction(() => call(() => client.api.sessions.endAll()));
  const confirm = async () => {
    await action.run();
    isAsked.value = false;
  };
  return (
    <div class="beside">
      {action.failure && <Failed failure={action.failure} />}
      {action.isDone && <Notice kind="success">{t('devices.others_ended')}</Notice>}
      <button type="button" class="danger quiet" onClick={() => (isAsked.value = true)}>
        {t('devices.end_others')}
      </button>
      {isAsked.value && (
        <Dialog
          title={t('devices.end_others')}
          confirm={t('devices.end_others_confirm')}
          isBusy={action.isBusy}
          onConfirm={() => void confirm()}
          onClose={() => (isAsked.value = false)}
        >
          <p>{count === 1 ? t('devices.end_other_text') : t('devices.end_others_text', { count })}</p>
        </Dialog>
      )}
    </div>
  );
}
