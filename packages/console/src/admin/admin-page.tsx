import { Signed } from '../shared/components/signed.js';
import { SignInPage } from '../account/views/sign-in.js';
import { SessionGate } from '../shared/components/session-gate.js';
import { Notice } from '../shared/components/notice.js';
import { View } from '../shared/components/view.js';
import { t } from '../shared/language.js';
import { user } from '../shared/session-state.js';
import { ADMIN_SECTIONS } from './sections.js';

/** `/admin`: for admins alone. The service refuses everybody else, whatever a page shows. */
export function AdminPage() {
  return <SessionGate signedOut={() => <SignInPage />} signedIn={() => <SignedIn />} />;
}

function SignedIn() {
  if (user.value !== undefined && user.value.role !== 'admin')
    return (
      <Signed sections={[]} first="admin">
        <View title={t('admin.title')}>
          <Notice kind="warning">{t('admin.refused')}</Notice>
        </View>
      </Signed>
    );
  return <Signed sections={ADMIN_SECTIONS} first="admin" />;
}
