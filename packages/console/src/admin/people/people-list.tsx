import type { UserDto } from '@ergodrive/client';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Link } from '../../shared/components/link.js';
import { Loaded } from '../../shared/components/loaded.js';
import { View } from '../../shared/components/view.js';
import { useResource } from '../../shared/use-resource.js';
import { pageOf } from '../address.js';
import { listVersion } from '../changes.js';
import { Pager } from '../components/pager.js';
import { Table } from '../components/table.js';
import { When } from '../../shared/components/when.js';
import { t } from '../texts.js';
import { PeopleFilter, peopleFilters } from './people-filter.js';
import { State } from './state.js';

const PAGE_SIZE = 20;

export function PeopleList() {
  const list = useResource(
    () =>
      call(() =>
        client.api.users.list({ query: { ...peopleFilters(), page: pageOf(), page_size: PAGE_SIZE } }),
      ),
    listVersion,
  );
  return (
    <View title={t('admin.people')}>
      <div class="bar">
        <PeopleFilter />
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
