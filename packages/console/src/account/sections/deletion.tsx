import { useSignal } from '@preact/signals';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Dialog } from '../../shared/components/dialog.js';
import { Field } from '../../shared/components/field.js';
import { Form } from '../../shared/components/form.js';
import { Failed } from '../../shared/components/notice.js';
import { View } from '../../shared/components/view.js';
import { t } from '../../shared/language.js';
import { readUser } from '../../shared/session.js';
import { leave } from '../../shared/session-state.js';
import { settings } from '../../shared/settings.js';
import { useAction } from '../../shared/use-action.js';

/** Deletes the account: at once, or after the days that the service gives to take it back. */
export function Deletion() {
  const password = useSignal<string | undefined>(undefined);
  const { deletion_grace_days: days = 0, mail = false } = settings.value ?? {};
  const asking = useAction(({ current_password }: Record<'current_password', string>) => {
    password.value = current_password;
    return Promise.resolve({ data: true });
  });
  const deletion = useAction(async () => {
    const stay = leave(days > 0 ? 'deletion_scheduled' : 'user_erased');
    const body = { current_password: password.value ?? '' };
    const outcome = await call(() => client.api.me.erase({ body }));
    password.value = undefined;
    if (outcome.problem !== undefined) stay();
    // Its refusal ends the session here, also where the live channel is not open.
    else await readUser();
    return outcome;
  });
  return (
    <View title={t('deletion.title')} lead={t('deletion.lead')}>
      <ul>
        <li>{t('deletion.devices')}</li>
        <li>{days > 0 ? t('deletion.later', { days }) : t('deletion.at_once')}</li>
        {days > 0 && <li>{t(mail ? 'deletion.undo' : 'deletion.undo_by_admin')}</li>}
        <li>{t('deletion.kept')}</li>
      </ul>
      {deletion.failure && <Failed failure={deletion.failure} />}
      <Form action={asking} button={t('deletion.button')} isDangerous clears>
        <Field
          label={t('field.current_password')}
          name="current_password"
          type="password"
          autocomplete="current-password"
        />
      </Form>
      {password.value !== undefined && (
        <Dialog
          title={t('deletion.question')}
          confirm={t('deletion.confirm')}
          isBusy={deletion.isBusy}
          onConfirm={() => void deletion.run()}
          onClose={() => (password.value = undefined)}
        >
          <p>{days > 0 ? t('deletion.later', { days }) : t('deletion.at_once')}</p>
        </Dialog>
      )}
    </View>
  );
}
