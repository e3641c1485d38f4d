import type { ClientDto } from '@ergodrive/client';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Field } from '../../shared/components/field.js';
import { Form } from '../../shared/components/form.js';
import { Notice } from '../../shared/components/notice.js';
import { fieldText } from '../../shared/failure-text.js';
import { useAction } from '../../shared/use-action.js';
import { changed } from '../changes.js';
import { t } from '../texts.js';
import { Scopes, scopesOf } from './scopes.js';

/** Name and scopes of a client of the API. */
export function ClientForm({ of: { client_id: id, name, scopes } }: { of: ClientDto }) {
  const action = useAction(async (typed: Readonly<Record<string, string>>) => {
    const body = { name: typed['name'] ?? '', scopes: scopesOf(typed) };
    const outcome = await call(() => client.api.clients.update({ path: { id }, body }));
    if (outcome.problem === undefined) changed();
    return outcome;
  });
  return (
    <Form action={action} button={t('action.save')}>
      {action.isDone && <Notice kind="success">{t('profile.done')}</Notice>}
      <Field
        label={t('clients.name')}
        name="name"
        autocomplete="off"
        maxLength={200}
        value={name}
        error={fieldText(action.failure, 'name')}
      />
      <Scopes chosen={scopes} failure={action.failure} />
    </Form>
  );
}
