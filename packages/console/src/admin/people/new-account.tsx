import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Form } from '../../shared/components/form.js';
import { Field } from '../../shared/components/field.js';
import { Link } from '../../shared/components/link.js';
import { View } from '../../shared/components/view.js';
import { fieldText } from '../../shared/failure-text.js';
import { navigate } from '../../shared/router.js';
import { settings } from '../../shared/settings.js';
import { useAction } from '../../shared/use-action.js';
import { t } from '../texts.js';
import { Invitee, type Typed, whom } from './invitee.js';

/** An account for somebody, who sets the password. */
export function NewAccount() {
  const action = useAction(async ({ full_name, ...typed }: Typed & Record<'full_name', string>) => {
    const outcome = await call(() => client.api.users.create({ body: { full_name, ...whom(typed) } }));
    if (outcome.data !== undefined) navigate(`admin/people/${outcome.data.id}`, 'replace');
    return outcome;
  });
  const sendsMail = settings.value?.mail === true;
  return (
    <View title={t('people.new')} lead={t(sendsMail ? 'new_account.lead' : 'new_account.lead_without_mail')}>
      <Form
        action={action}
        button={t('new_account.button')}
        beside={<Link to="admin/people">{t('action.cancel')}</Link>}
      >
        <Field
          label={t('field.full_name')}
          name="full_name"
          autocomplete="off"
          maxLength={200}
          error={fieldText(action.failure, 'full_name')}
        />
        <Invitee failure={action.failure} />
      </Form>
    </View>
  );
}
