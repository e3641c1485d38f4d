import { useSignal } from '@preact/signals';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Field } from '../../shared/components/field.js';
import { Link } from '../../shared/components/link.js';
import { Select } from '../../shared/components/select.js';
import { View } from '../../shared/components/view.js';
import { query } from '../../shared/router.js';
import { filterOf } from '../address.js';
import { Filter } from '../components/filter.js';
import { t } from '../texts.js';
import { ACTIONS, wordsOf } from './audit-texts.js';
import { AuditTrail } from './audit-trail.js';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
type Typed = Readonly<Record<string, string>>;

/** Who did what to which account, with filters. */
export function Audit() {
  const mistake = useSignal<string | undefined>(undefined);
  const understand = async ({ user = '', ...others }: Typed): Promise<Typed | undefined> => {
    mistake.value = undefined;
    const id = await idOf(user.trim());
    if (id === undefined) mistake.value = t('audit.no_account');
    return id === undefined ? undefined : { ...others, user: id };
  };
  return (
    <View title={t('admin.audit')} lead={t('audit.lead')}>
      <Filter button={t('audit.filter')} understand={understand}>
        <Select
          key={`action ${filterOf('action')}`}
          label={t('audit.action')}
          name="action"
          value={filterOf('action')}
          options={[['', t('list.any')], ...ACTIONS.map((action) => [action, textOfOption(action)] as const)]}
        />
        <Field
          key={`user ${filterOf('user')}`}
          label={t('audit.user')}
          name="user"
          autocomplete="off"
          required={false}
          value={filterOf('user')}
          error={mistake.value}
        />
        <Time key={`from ${filterOf('from')}`} name="from" label={t('audit.from')} />
        <Time key={`to ${filterOf('to')}`} name="to" label={t('audit.to')} />
      </Filter>
      {query.value !== '' && <Link to="admin/audit">{t('list.all')}</Link>}
      <AuditTrail key={query.value} />
    </View>
  );
}

const textOfOption = (action: string): string => `${action}: ${wordsOf({ action: action as never })}`;

const Time = ({ name, label }: { name: string; label: string }) => (
  <Field
    label={label}
    name={name}
    type="datetime-local"
    autocomplete="off"
    required={false}
    value={filterOf(name)}
  />
);

/** The id of an account that is named by it or by its address. @returns `undefined` where there is not one such account */
async function idOf(text: string): Promise<string | undefined> {
  if (text === '' || UUID.test(text)) return text;
  const { data } = await call(() => client.api.users.list({ query: { q: text, page_size: 2 } }));
  return data?.total === 1 ? data.users[0]?.id : undefined;
}
