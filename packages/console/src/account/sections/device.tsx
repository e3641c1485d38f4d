import type { SessionDto } from '@ergodrive/client';
import { useSignal } from '@preact/signals';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Failed } from '../../shared/components/notice.js';
import { When } from '../../shared/components/when.js';
import { reasonText } from '../../shared/failure-text.js';
import { t } from '../../shared/language.js';
import { useAction } from '../../shared/use-action.js';
import { deviceName, place } from '../../shared/device-texts.js';
import { Rename } from './rename.js';

interface Props {
  session: SessionDto;
  /** That of this page. */
  current: SessionDto | undefined;
  /** Why it has ended, if it has. */
  end: string | undefined;
}

/** One login: which device, from where, since when. */
export function Device({ session, current, end }: Props) {
  const isNamed = useSignal(false);
  const ending = useAction(() => call(() => client.api.sessions.end({ path: { id: session.id } })));
  const name = deviceName(session);
  const isLive = end === undefined;
  return (
    <li class={isLive ? 'device' : 'device over'}>
      <div class="facts">
        <h2>
          {name} {session.current && <span class="badge">{t('devices.this_one')}</span>}
          {!isLive && <span class="badge over">{t('devices.over')}</span>}
        </h2>
        {isLive ? <Facts session={session} current={current} /> : <p>{reasonText(end)}</p>}
        {ending.failure && <Failed failure={ending.failure} />}
        {isNamed.value && <Rename session={session} onClose={() => (isNamed.value = false)} />}
      </div>
      {isLive && !isNamed.value && (
        <div class="actions">
          <button
            type="button"
            aria-label={t('devices.rename_label', { name })}
            onClick={() => (isNamed.value = true)}
          >
            {t('devices.rename')}
          </button>
          {!session.current && (
            <button
              type="button"
              class="danger quiet"
              aria-label={t('devices.end_label', { name })}
              aria-disabled={ending.isBusy}
              onClick={() => void ending.run()}
            >
              {t('devices.end')}
            </button>
          )}
        </div>
      )}
    </li>
  );
}

function Facts({ session, current }: Pick<Props, 'session' | 'current'>) {
  const { created_at: first, last_used_at: last } = session;
  return (
    <dl>
      <div>
        <dt>{t('devices.place')}</dt>
        <dd>{place(session, current)}</dd>
      </div>
      <div>
        <dt>{t('devices.last')}</dt>
        <dd>
          <When at={last} isAgo />
        </dd>
      </div>
      <div>
        <dt>{t('devices.first')}</dt>
        <dd>
          <When at={first} />
        </dd>
      </div>
    </dl>
  );
}
