import type { InvitationDto } from '@ergodrive/client';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Link } from '../../shared/components/link.js';
import { Loaded } from '../../shared/components/loaded.js';
import { Select } from '../../shared/components/select.js';
import { View } from '../../shared/components/view.js';
import { useResource } from '../../shared/use-resource.js';
import { filterOf, pageOf } from '../address.js';
import { listVersion } from '../changes.js';
import { Filter } from '../components/filter.js';
import { Pager } from '../components/pager.js';
import { Table } from '../components/table.js';
import { When } from '../../shared/components/when.js';
import { t } from '../texts.js';
import { InvitationActions } from './invitation-actions.js';

const PAGE_SIZE = 20;
const STATES = ['pending', 'accepted', 'expired', 'ended'] as const;
type State = InvitationDto['state'];

const stateOf = (text: string): State | undefined => STATES.find((state) => state === text);

/** Who was invited, and what became of it. */
export function InvitationList() {
  const status = stateOf(filterOf('status'));
  const list = useResource(
    () =>
      call(() =>
        client.api.invitations.list({
          query: { ...(status && { status }), page: pageOf(), page_size: PAGE_SIZE },
        }),
      ),
    listVersion,
  );
  return (
    <View title={t('admin.invitations')} lead={t('invitations.lead')}>
      <div class="bar">
        <Filter button={t('list.filter')}>
          <Select
            key={status}
            label={t('invitations.state')}
            name="status"
            value={status ?? ''}
            options={[
              ['', t('list.any')],
              ...STATES.map((state) => [state, t(`invitations.${state}`)] as const),
            ]}
          />
        </Filter>
        <Link class="button" to="admin/invitations/new">
          {t('invitations.new')}
        </Link>
      </div>
      <Loaded of={list}>
        {({ invitations, ...page }) =>
          invitations.length === 0 ? (
            <p class="empty">{t('invitations.empty')}</p>
          ) : (
            <>
              <Table
                caption={t('admin.invitations')}
                columns={columns()}
                rows={invitations.map((one) => ({ key: one.id, cells: cellsOf(one) }))}
              />
              <Pager {...page} />
            </>
          )
        }
      </Loaded>
    </View>
  );
}

const columns = () => [t('person.address'), t('person.role'), t('invitations.state'), t('list.actions')];

const TONES: Readonly<Record<State, string>> = {
  pending: '',
  accepted: 'good',
  expired: 'over',
  ended: 'over',
};

const cellsOf = (invitation: InvitationDto) => [
  invitation.email,
  invitation.role,
  <>
    <span class={`badge ${TONES[invitation.state]}`}>{t(`invitations.${invitation.state}`)}</span>{' '}
    <span class="hint">
      {invitation.state === 'pending' && t('invitations.until')}{' '}
      <When at={invitation.accepted_at ?? invitation.ended_at ?? invitation.expires_at} />
    </span>
  </>,
  <InvitationActions of={invitation} />,
];
