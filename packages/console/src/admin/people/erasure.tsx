import type { UserDto } from '@ergodrive/client';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { user as self } from '../../shared/session-state.js';
import { settings } from '../../shared/settings.js';
import { Danger } from '../components/danger.js';
import { t } from '../texts.js';

/** Erases the account of somebody else. One's own needs the password, in `/account`. */
export function Erasure({ of: { id, full_name: name } }: { of: UserDto }) {
  const { deletion_grace_days: days = 0 } = settings.value ?? {};
  if (id === self.value?.id) return null;
  return (
    <div class="row">
      <p class="hint">{t('erasure.hint')}</p>
      <Danger
        button={t('erasure.button')}
        title={t('erasure.title', { name })}
        confirm={t('erasure.button')}
        done={t(days > 0 ? 'erasure.scheduled' : 'erasure.done')}
        word={t('erasure.word')}
        send={() => call(() => client.api.users.erase({ path: { id } }))}
      >
        <p>{days > 0 ? t('erasure.later', { days }) : t('erasure.at_once')}</p>
        <p>{t('erasure.kept')}</p>
      </Danger>
    </div>
  );
}
