import type { ClientDto } from '@ergodrive/client';
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

const PAGE_SIZE = 20;

/** The OAuth clients, and what each may do. */
export function ClientList() {
  const list = useResource(
    () => call(() => client.api.clients.list({ query: { page: pageOf(), page_size: PAGE_SIZE } })),
    listVersion,
  );
  return (
    <View title={t('admin.clients')} lead={t('clients.lead')}>
      <div class="actions">
        <Link class="button" to="admin/clients/new">
          {t('clients.new')}
        </Link>
      </div>
      <Loaded of={list}>
        {({ clients, ...page }) =>
          clients.length === 0 ? (
            <p class="empty">{t('clients.empty')}</p>
          ) : (
            <>
              <Table caption={t('admin.clients')} columns={columns()} rows={clients.map(rowOf)} />
              <Pager {...page} />
            </>
          )
        }
      </Loaded>
    </View>
  );
}

const columns = () => [t('clients.name'), t('clients.id'), t('clients.scopes'), t('clients.since')];

const rowOf = (one: ClientDto) => ({
  key: one.client_id,
  cells: [
    <>
      <Link to={`admin/clients/${encodeURIComponent(one.client_id)}`}>{one.name}</Link>{' '}
      {one.managed_by === 'file' && <span class="badge over">{t('clients.of_file')}</span>}
    </>,
    <code>{one.client_id}</code>,
    one.scopes.map((scope) => t(`scope.${scope}`)).join(', '),
    <When at={one.created_at} />,
  ],
});
