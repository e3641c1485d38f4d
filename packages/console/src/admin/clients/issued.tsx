import type { IssuedClientDto } from '@ergodrive/client';
import { Notice } from '../../shared/components/notice.js';
import { Secret } from '../components/secret.js';
import { t } from '../texts.js';

/** The credentials of a client. The service keeps the hash of the secret alone. */
export const Issued = ({ of: { client_id: id, client_secret: secret } }: { of: IssuedClientDto }) => (
  <Notice kind="warning">
    <p>{t('clients.once')}</p>
    <Secret name={t('clients.id')} value={id} />
    <Secret name={t('clients.secret')} value={secret} />
  </Notice>
);
