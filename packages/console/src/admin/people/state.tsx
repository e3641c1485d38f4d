import type { UserDto } from '@ergodrive/client';
import { t } from '../texts.js';

/** What is not as with most accounts. */
export const State = ({ of: { is_active: isActive, email_verified: isProved } }: { of: UserDto }) => (
  <>
    {!isActive && <span class="badge bad">{t('person.inactive')}</span>}
    {!isProved && <span class="badge over">{t('address.not_proved')}</span>}
  </>
);
