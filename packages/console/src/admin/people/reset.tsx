import type { IssuedOneTimeTokenDto, UserDto } from '@ergodrive/client';
import { useSignal } from '@preact/signals';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Failed, Notice } from '../../shared/components/notice.js';
import { dateTime } from '../../shared/language.js';
import { below } from '../../shared/root.js';
import { settings } from '../../shared/settings.js';
import { useAction } from '../../shared/use-action.js';
import { changed } from '../changes.js';
import { Secret } from '../components/secret.js';
import { t } from '../texts.js';

/** Two ways to a new password: a mail of the service, or a link for a message of one's own. A deactivated account has none. */
export function Reset({ of: { id, email, is_active: isActive } }: { of: UserDto }) {
  const issued = useSignal<IssuedOneTimeTokenDto | undefined>(undefined);
  const mail = useAction(() => call(() => client.api.auth.forgotPassword({ body: { email } })));
  const link = useAction(async () => {
    const body = { purpose: 'reset_password' as const };
    const outcome = await call(() => client.api.users.issueOneTimeToken({ path: { id }, body }));
    issued.value = outcome.data;
    if (outcome.data !== undefined) changed();
    return outcome;
  });
  if (!isActive) return null;
  const failure = mail.failure ?? link.failure;
  return (
    <div class="row">
      <p class="hint">{t('reset.hint')}</p>
      {failure && <Failed failure={failure} />}
      {mail.isDone && <Notice kind="success">{t('reset.mail_sent', { email })}</Notice>}
      <div class="actions">
        {settings.value?.mail && (
          <button type="button" aria-disabled={mail.isBusy} onClick={() => void mail.run()}>
            {t('reset.mail')}
          </button>
        )}
        <button type="button" aria-disabled={link.isBusy} onClick={() => void link.run()}>
          {t('reset.link')}
        </button>
      </div>
      {issued.value && (
        <Notice kind="warning">
          <p>{t('reset.link_once', { until: dateTime(issued.value.expires_at) })}</p>
          <Secret name={t('reset.link_name')} value={linkOf(issued.value)} />
        </Notice>
      )}
    </div>
  );
}

const linkOf = ({ token }: IssuedOneTimeTokenDto): string =>
  `${location.origin}${below('account/reset-password')}#token=${token}`;
