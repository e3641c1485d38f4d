import type { Role as RoleName, UserDto } from '@ergodrive/client';
import { useSignal } from '@preact/signals';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Select } from '../../shared/components/select.js';
import { settings } from '../../shared/settings.js';
import { Ask } from '../components/ask.js';
import { t } from '../texts.js';

interface Props {
  of: UserDto;
  /** How many sessions are live, once that was read. */
  sessions: number | undefined;
}

/** What an account may do. */
export function Role({ of: { id, full_name: name, role }, sessions = 0 }: Props) {
  const wanted = useSignal<RoleName | undefined>(undefined);
  const roles = settings.value?.roles ?? [];
  // An account may have a role that is configured no longer.
  const all = roles.includes(role) ? roles : [...roles, role];
  const ask = (event: SubmitEvent) => {
    event.preventDefault();
    const chosen = new FormData(event.currentTarget as HTMLFormElement).get('role');
    if (chosen !== role) wanted.value = chosen as RoleName;
  };
  const to = wanted.value;
  return (
    <form class="inline" onSubmit={ask}>
      <Select label={t('person.role')} name="role" value={role} options={all.map((each) => [each, each])} />
      <button>{t('role.button')}</button>
      {to !== undefined && (
        <Ask
          title={t('role.title', { name })}
          confirm={t('role.confirm', { to })}
          done={t('role.done')}
          send={() => call(() => client.api.users.administer({ path: { id }, body: { role: to } }))}
          onClose={() => (wanted.value = undefined)}
        >
          <p>{t('role.text', { from: role, to })}</p>
          {to === 'admin' && <p>{t('role.text_to_admin')}</p>}
          {role === 'admin' && <p>{t('role.text_from_admin')}</p>}
          <p>{t('role.text_sessions', { count: sessions })}</p>
        </Ask>
      )}
    </form>
  );
}
