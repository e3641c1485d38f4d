import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Failed, Notice } from '../../shared/components/notice.js';
import { t } from '../../shared/language.js';
import { useAction } from '../../shared/use-action.js';

/** Sends the mail once more by which an address is proved. */
export function ProofAgain({ email }: { email: string }) {
  const action = useAction(() => call(() => client.api.auth.resendVerification({ body: { email } })));
  if (action.isDone) return <Notice kind="success">{t('sign_in.mail_sent', { email })}</Notice>;
  return (
    <div class="beside">
      {action.failure && <Failed failure={action.failure} />}
      <button type="button" aria-disabled={action.isBusy} onClick={() => void action.run()}>
        {t('sign_in.mail_again')}
      </button>
    </div>
  );
}
