import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Field } from '../../shared/components/field.js';
import { Form } from '../../shared/components/form.js';
import { Frame } from '../../shared/components/frame.js';
import { Link } from '../../shared/components/link.js';
import { Notice } from '../../shared/components/notice.js';
import { View } from '../../shared/components/view.js';
import { fieldText } from '../../shared/failure-text.js';
import { t } from '../../shared/language.js';
import { useAction } from '../../shared/use-action.js';

export function ForgotPasswordPage() {
  const action = useAction((body: { email: string }) => call(() => client.api.auth.forgotPassword({ body })));
  return (
    <Frame>
      <View title={t('forgot.title')} lead={t('forgot.lead')}>
        {action.isDone ? (
          <Notice kind="success">{t('forgot.done')}</Notice>
        ) : (
          <Form action={action} button={t('forgot.button')}>
            <Field
              label={t('field.email')}
              name="email"
              type="email"
              autocomplete="username"
              error={fieldText(action.failure, 'email')}
            />
          </Form>
        )}
        <ul class="ways">
          <li>
            <Link to="account/sign-in">{t('sign_up.sign_in')}</Link>
          </li>
        </ul>
      </View>
    </Frame>
  );
}
