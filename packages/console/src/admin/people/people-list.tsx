import type { UserDto } from '@ergodrive/client';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Field } from '../../shared/components/field.js';
import { Link } from '../../shared/components/link.js';
import { Loaded } from '../../shared/components/loaded.js';
import { View } from '../../shared/components/view.js';
import { useResource } from '../../shared/use-resource.js';
import { filterOf, pageOf } from '../address.js';
import { listVersion } from '../changes.js';
import { Filter } from '../components/filter.js';
import { Pager } from '../components/pager.js';
import { Table } from '../components/table.js';
import { When } from '../components/when.js';
import { t } from '../texts.js';
import { State } from './state.js';

const PAGE_SIZE = 20;

export function PeopleList() {
  const q = filterOf('q');
  const list = useResource(
    () => call(() => client.api.users.list({ query: { q, page: pageOf(), page_size: PAGE_SIZE } })),
    listVersion,
  );
  return (
    <View title={t('admin.people')}>
      <div class="bar">
        <Filter button={t('people.search')}>
          <Field
            key={q}
            label={t('people.query')}
            name="q"
            type="search"
            autocomplete="off"
            required={false}
            maxLength={254}
            value={q}
          />
        </Filter>
        <Link class="button" to="admin/people/new">
          {t('people.new')}
        </Link>
      </div>
      <Loaded of={list}>
        {({ users, ...page }) =>
          users.length === 0 ? (
            <p class="empty">{t('people.empty')}</p>
          ) : (
            <>
              <Table caption={t('admin.people')} columns={columns()} rows={users.map(rowOf)} />
              <Pager {...page} />
            </>
          )
        }
      </Loaded>
    </View>
  );
}

const columns = () => [t('person.name'), t('person.address'), t('person.role'), t('person.since')];

const rowOf = (user: UserDto) => ({
  key: user.id,
  cells: [
    <>
      <Link to={`admin/people/${user.id}`}>{user.full_name}</Link> <State of={user} />
    </>,
    user.email,
    user.role,
    <When at={user.created_at} />,
  ],
});
