import type { UserDto } from '@ergodrive/client';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Failed } from '../../shared/components/notice.js';
import { useAction } from '../../shared/use-action.js';
import { changed } from '../changes.js';
import { Danger } from '../components/danger.js';
import { t } from '../texts.js';

interface Props {
  of: UserDto;
  /** How many sessions are live, once that was read. */
  sessions: number | undefined;
}

/** Takes the access of an account away, or gives it back. */
export function Access({ of: { id, full_name: name, is_active: isActive }, sessions = 0 }: Props) {
  const set = (is_active: boolean) =>
    call(() => client.api.users.administer({ path: { id }, body: { is_active } }));
  if (!isActive) return <Activate send={() => set(true)} />;
  return (
    <div class="row">
      <p class="hint">{t('access.hint')}</p>
      <Danger
        button={t('access.deactivate')}
        title={t('access.title', { name })}
        confirm={t('access.deactivate')}
        done={t('access.done')}
        send={() => set(false)}
      >
        <p>{t('access.text')}</p>
        <p>{t('sessions.end_all_text', { count: sessions })}</p>
      </Danger>
    </div>
  );
}

/** It ends nothing, so it asks nothing. */
function Activate({ send }: { send: () => ReturnType<typeof call> }) {
  const action = useAction(async () => {
    const outcome = await send();
    if (outcome.problem === undefined) changed();
    return outcome;
  });
  return (
    <div class="row">
      {action.failure && <Failed failure={action.failure} />}
      <p class="hint">{t('access.activate_hint')}</p>
      <button type="button" aria-disabled={action.isBusy} onClick={() => void action.run()}>
        {t('access.activate')}
      </button>
    </div>
  );
}
