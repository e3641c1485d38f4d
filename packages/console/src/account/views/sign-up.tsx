import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Field } from '../../shared/components/field.js';
import { Form } from '../../shared/components/form.js';
import { Frame } from '../../shared/components/frame.js';
import { Link } from '../../shared/components/link.js';
import { Notice } from '../../shared/components/notice.js';
import { View } from '../../shared/components/view.js';
import { fieldText } from '../../shared/failure-text.js';
import { language, t } from '../../shared/language.js';
import { signIn } from '../../shared/session.js';
import { settings } from '../../shared/settings.js';
import { useAction } from '../../shared/use-action.js';
import { NewPassword } from './new-password.js';

type Typed = Record<'email' | 'full_name' | 'password', string>;

export function SignUpPage() {
  const mode = settings.value?.registration;
  return (
    <Frame>
      <View title={t('sign_up.title')}>
        {mode === 'open' ? <SignUp /> : <Notice kind="info">{t(`sign_up.${mode ?? 'closed'}`)}</Notice>}
        <ul class="ways">
          <li>
            <Link to="account/sign-in">{t('sign_up.sign_in')}</Link>
          </li>
        </ul>
      </View>
    </Frame>
  );
}

/** The account can be used at once, or a mail says the rest. */
function SignUp() {
  const isSilent = settings.value?.silent === true;
  const needsMail = isSilent || settings.value?.verified_email_required === true;
  const action = useAction(async (typed: Typed) => {
    const body = { ...typed, locale: language.value };
    const registered = await call(() => client.api.auth.register({ body }));
    if (registered.problem !== undefined || needsMail) return registered;
    return signIn({ email: typed.email, password: typed.password });
  });
  if (action.isDone && needsMail) return <Notice kind="success">{t('sign_up.mail_sent')}</Notice>;
  return (
    <Form action={action} button={t('action.sign_up')}>
      <Field
        label={t('field.full_name')}
        name="full_name"
        autocomplete="name"
        maxLength={200}
        error={fieldText(action.failure, 'full_name')}
      />
      <Field
        label={t('field.email')}
        name="email"
        type="email"
        autocomplete="username"
        error={fieldText(action.failure, 'email')}
      />
      <NewPassword failure={action.failure} name="password" />
    </Form>
  );
}
