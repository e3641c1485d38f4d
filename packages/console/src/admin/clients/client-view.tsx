import type { ClientDto, RenewedClientDto } from '@ergodrive/client';
import { useSignal } from '@preact/signals';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Link } from '../../shared/components/link.js';
import { Loaded } from '../../shared/components/loaded.js';
import { Notice } from '../../shared/components/notice.js';
import { View } from '../../shared/components/view.js';
import { navigate } from '../../shared/router.js';
import { useResource } from '../../shared/use-resource.js';
import { changes } from '../changes.js';
import { Danger } from '../components/danger.js';
import { Facts } from '../components/facts.js';
import { When } from '../../shared/components/when.js';
import { t } from '../texts.js';
import { Issued } from './issued.js';
import { readClient } from './read-client.js';
import { ClientForm } from './client-form.js';

/** One OAuth client: what it may do, its secret, and its end. */
export function ClientView({ id }: { id: string }) {
  const resource = useResource(() => readClient(id), changes);
  return (
    <View title={resource.data?.name ?? t('clients.title')}>
      <p class="back">
        <Link to="admin/clients">{t('clients.back')}</Link>
      </p>
      <Loaded of={resource}>
        {(one) => (
          <>
            <Facts
              of={[
                [t('clients.id'), <code>{one.client_id}</code>],
                [t('clients.since'), <When at={one.created_at} />],
                [t('clients.previous'), <Previous of={one} />],
              ]}
            />
            {one.managed_by === 'file' ? <OfFile of={one} /> : <Changeable of={one} />}
          </>
        )}
      </Loaded>
    </View>
  );
}

function Previous({ of: { previous_secret_expires_at: until } }: { of: ClientDto }) {
  if (until === null || Date.parse(until) < Date.now()) return <>{t('clients.no_previous')}</>;
  return (
    <>
      {t('clients.previous_until')} <When at={until} />
    </>
  );
}

const OfFile = ({ of: { scopes } }: { of: ClientDto }) => (
  <>
    <Facts of={[[t('clients.scopes'), scopes.map((scope) => t(`scope.${scope}`)).join(', ')]]} />
    <Notice kind="info">{t('clients.of_file_text')}</Notice>
  </>
);

function Changeable({ of: one }: { of: ClientDto }) {
  const issued = useSignal<RenewedClientDto | undefined>(undefined);
  const { client_id: id, name } = one;
  const renew = async () => {
    const outcome = await call(() => client.api.clients.renewSecret({ path: { id } }));
    issued.value = outcome.data;
    return outcome;
  };
  const end = async () => {
    const outcome = await call(() => client.api.clients.end({ path: { id } }));
    if (outcome.problem === undefined) navigate('admin/clients', 'replace');
    return outcome;
  };
  return (
    <>
      {issued.value && <Issued of={issued.value} />}
      <ClientForm key={`${name} ${one.scopes.join(' ')}`} of={one} />
      <section class="part" aria-labelledby="dangers">
        <h2 id="dangers">{t('clients.dangers')}</h2>
        <div class="row">
          <p class="hint">{t('clients.renew_hint')}</p>
          <Danger
            button={t('clients.renew')}
            title={t('clients.renew_title', { name })}
            confirm={t('clients.renew')}
            done={t('clients.renewed')}
            send={renew}
          >
            <p>{t('clients.renew_text')}</p>
            {one.previous_secret_expires_at !== null && <p>{t('clients.renew_text_previous')}</p>}
          </Danger>
        </div>
        <div class="row">
          <p class="hint">{t('clients.end_hint')}</p>
          <Danger
            button={t('clients.end')}
            title={t('clients.end_title', { name })}
            confirm={t('clients.end')}
            done={t('clients.ended')}
            send={end}
          >
            <p>{t('clients.end_text')}</p>
            <p>{t('clients.end_text_sessions')}</p>
          </Danger>
        </div>
      </section>
    </>
  );
}
