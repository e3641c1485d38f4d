import type { IssuedClientDto } from '@ergodrive/client';
import { useSignal } from '@preact/signals';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Field } from '../../shared/components/field.js';
import { Form } from '../../shared/components/form.js';
import { Link } from '../../shared/components/link.js';
import { View } from '../../shared/components/view.js';
import { fieldText } from '../../shared/failure-text.js';
import { useAction } from '../../shared/use-action.js';
import { t } from '../texts.js';
import { Issued } from './issued.js';
import { DEFAULT_SCOPES, Scopes, scopesOf } from './scopes.js';

export function NewClient() {
  const issued = useSignal<IssuedClientDto | undefined>(undefined);
  const action = useAction(async (typed: Readonly<Record<string, string>>) => {
    const body = { name: typed['name'] ?? '', scopes: scopesOf(typed) };
    const outcome = await call(() => client.api.clients.create({ body }));
    issued.value = outcome.data;
    return outcome;
  });
  if (issued.value !== undefined)
    return (
      <View key="issued" title={issued.value.name}>
        <Issued of={issued.value} />
        <Link to="admin/clients">{t('clients.back')}</Link>
      </View>
    );
  return (
    <View key="form" title={t('clients.new')} lead={t('clients.new_lead')}>
      <Form
        action={action}
        button={t('clients.register')}
        beside={<Link to="admin/clients">{t('action.cancel')}</Link>}
      >
        <Field
          label={t('clients.name')}
          name="name"
          autocomplete="off"
          maxLength={200}
          error={fieldText(action.failure, 'name')}
        />
        <Scopes chosen={DEFAULT_SCOPES} failure={action.failure} />
      </Form>
    </View>
  );
}
