import { useSignal } from '@preact/signals';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Field } from '../../shared/components/field.js';
import { Form } from '../../shared/components/form.js';
import { Loading } from '../../shared/components/loaded.js';
import { Notice } from '../../shared/components/notice.js';
import { View } from '../../shared/components/view.js';
import { fieldText } from '../../shared/failure-text.js';
import { t } from '../../shared/language.js';
import { user } from '../../shared/session-state.js';
import { settings } from '../../shared/settings.js';
import { useAction } from '../../shared/use-action.js';
import { ProofAgain } from '../views/proof-again.js';

/** The address of the account, and another one that counts once it was proved. */
export function Address() {
  const waiting = useSignal<string | undefined>(undefined);
  const action = useAction(async (body: Record<'new_email' | 'current_password', string>) => {
    const outcome = await call(() => client.api.users.changeEmail({ body }));
    if (outcome.problem === undefined) waiting.value = body.new_email;
    return outcome;
  });
  const account = user.value;
  if (account === undefined) return <Loading />;
  const { email, email_verified: isProved } = account;
  const isWaiting = waiting.value !== undefined && waiting.value !== email;
  return (
    <View title={t('address.title')}>
      <p class="fact">
        {email}
        <span class="badge">{t(isProved ? 'address.proved' : 'address.not_proved')}</span>
      </p>
      {!isProved && settings.value?.mail && <ProofAgain email={email} />}
      {isWaiting && <Notice kind="info">{t('address.waiting', { email: waiting.value ?? '' })}</Notice>}
      {settings.value?.mail ? (
        <Form action={action} button={t('address.button')} clears>
          <h2>{t('address.change')}</h2>
          <Field
            label={t('field.new_email')}
            name="new_email"
            type="email"
            autocomplete="email"
            hint={t('address.hint')}
            error={fieldText(action.failure, 'new_email')}
          />
          <Field
            label={t('field.current_password')}
            name="current_password"
            type="password"
            autocomplete="current-password"
            error={fieldText(action.failure, 'current_password')}
          />
        </Form>
      ) : (
        <Notice kind="info">{t('problem.mail_not_configured')}</Notice>
      )}
    </View>
  );
}
