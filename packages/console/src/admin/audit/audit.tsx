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

/** Other addresses may have this one in them. */
const MOST_ALIKE = 100;

/** Inputs that name an account: whom an event concerns, and who did it. */
const ACCOUNTS = ['user', 'actor'] as const;

/** Who did what to which account, with filters. */
export function Audit() {
  const mistaken = useSignal<readonly string[]>([]);
  const understand = async (typed: Typed): Promise<Typed | undefined> => {
    const ids = await Promise.all(ACCOUNTS.map(async (name) => [name, await idOf(typed[name])] as const));
    mistaken.value = ids.flatMap(([name, id]) => (id === undefined ? [name] : []));
    return mistaken.value.length > 0 ? undefined : { ...typed, ...(Object.fromEntries(ids) as Typed) };
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
        {ACCOUNTS.map((name) => (
          <Field
            key={`${name} ${filterOf(name)}`}
            label={t(`audit.${name}`)}
            name={name}
            autocomplete="off"
            required={false}
            value={filterOf(name)}
            error={mistaken.value.includes(name) ? t('audit.no_account') : undefined}
          />
        ))}
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
async function idOf(typed = ''): Promise<string | undefined> {
  const text = typed.trim();
  if (text === '' || UUID.test(text)) return text;
  const { data } = await call(() => client.api.users.list({ query: { q: text, page_size: MOST_ALIKE } }));
  const exact = data?.users.find(({ email }) => email === text.toLowerCase());
  return exact?.id ?? (data?.total === 1 ? data.users[0]?.id : undefined);
}
