import { useSignal } from '@preact/signals';
import { Field } from '../../shared/components/field.js';
import { Form } from '../../shared/components/form.js';
import { Frame } from '../../shared/components/frame.js';
import { Link } from '../../shared/components/link.js';
import { View } from '../../shared/components/view.js';
import { fieldText } from '../../shared/failure-text.js';
import { t } from '../../shared/language.js';
import { signIn } from '../../shared/session.js';
import { settings } from '../../shared/settings.js';
import { useAction } from '../../shared/use-action.js';
import { ProofAgain } from './proof-again.js';

export function SignInPage() {
  const email = useSignal('');
  const action = useAction((typed: Record<'email' | 'password', string>) => {
    email.value = typed.email;
    return signIn(typed);
  });
  const isUnproved = action.failure?.code === 'email_not_verified';
  const { registration, mail } = settings.value ?? {};
  return (
    <Frame>
      <View title={t('sign_in.title')}>
        <Form action={action} button={t('action.sign_in')}>
          <Field
            label={t('field.email')}
            name="email"
            type="email"
            autocomplete="username"
            error={fieldText(action.failure, 'email')}
          />
          <Field
            label={t('field.password')}
            name="password"
            type="password"
            autocomplete="current-password"
            error={fieldText(action.failure, 'password')}
          />
        </Form>
        {isUnproved && <ProofAgain email={email.value} />}
        <ul class="ways">
          {mail && (
            <li>
              <Link to="account/forgot-password">{t('sign_in.forgot')}</Link>
            </li>
          )}
          {registration === 'open' && (
            <li>
              <Link to="account/sign-up">{t('sign_in.sign_up')}</Link>
            </li>
          )}
        </ul>
        {registration === 'invite' && <p class="hint">{t('sign_in.by_invitation')}</p>}
      </View>
    </Frame>
  );
}
