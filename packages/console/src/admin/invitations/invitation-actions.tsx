import type { InvitationDto } from '@ergodrive/client';
import { announce } from '../../shared/announce.js';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Failed } from '../../shared/components/notice.js';
import { useAction } from '../../shared/use-action.js';
import { changed } from '../changes.js';
import { Danger } from '../components/danger.js';
import { t } from '../texts.js';

/** Another mail and the end, while an invitation was neither accepted nor ended. */
export function InvitationActions({ of: { id, email, state } }: { of: InvitationDto }) {
  const again = useAction(async () => {
    const outcome = await call(() => client.api.invitations.resend({ path: { id } }));
    if (outcome.problem !== undefined) return outcome;
    announce(t('invitations.sent_again', { email }));
    changed();
    return outcome;
  });
  if (state !== 'pending' && state !== 'expired') return <>–</>;
  return (
    <div class="actions">
      {again.failure && <Failed failure={again.failure} />}
      {again.isDone ? (
        <span class="hint">{t('invitations.sent')}</span>
      ) : (
        <button
          type="button"
          aria-label={t('invitations.again_label', { email })}
          aria-disabled={again.isBusy}
          onClick={() => void again.run()}
        >
          {t('invitations.again')}
        </button>
      )}
      <Danger
        button={t('devices.end')}
        label={t('invitations.end_label', { email })}
        title={t('invitations.end_title', { email })}
        confirm={t('invitations.end')}
        done={t('invitations.end_done')}
        send={() => call(() => client.api.invitations.end({ path: { id } }))}
      >
        <p>{t('invitations.end_text')}</p>
      </Danger>
    </div>
  );
}
