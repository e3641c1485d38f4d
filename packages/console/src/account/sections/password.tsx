import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Field } from '../../shared/components/field.js';
import { Form } from '../../shared/components/form.js';
import { Notice } from '../../shared/components/notice.js';
import { View } from '../../shared/components/view.js';
import { fieldText } from '../../shared/failure-text.js';
import { t } from '../../shared/language.js';
import { user } from '../../shared/session-state.js';
import { useAction } from '../../shared/use-action.js';
import { NewPassword } from '../views/new-password.js';

export function Password() {
  const action = useAction((body: Record<'current_password' | 'new_password', string>) =>
    call(() => client.api.auth.changePassword({ body })),
  );
  return (
    <View title={t('password.title')} lead={t('password.lead')}>
      {action.isDone && <Notice kind="success">{t('password.done')}</Notice>}
      <Form action={action} button={t('password.button')} clears>
        {/* Without a name, it is not sent: it says to password managers whose password this is. */}
        <input
          class="unseen"
          type="text"
          autocomplete="username"
          value={user.value?.email}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <Field
          label={t('field.current_password')}
          name="current_password"
          type="password"
          autocomplete="current-password"
          error={fieldText(action.failure, 'current_password')}
        />
        <NewPassword failure={action.failure} name="new_password" />
      </Form>
    </View>
  );
}
