import { SignInPage } from '../account/views/sign-in.js';
import { Frame } from '../shared/components/frame.js';
import { Loading } from '../shared/components/loaded.js';
import { Notice } from '../shared/components/notice.js';
import { SessionGate } from '../shared/components/session-gate.js';
import { Signed } from '../shared/components/signed.js';
import { View } from '../shared/components/view.js';
import { t } from '../shared/language.js';
import { user } from '../shared/session-state.js';
import { ADMIN_SECTIONS } from './sections.js';

/** `/admin`: for admins alone. The service refuses everybody else, whatever a page shows. */
export function AdminPage() {
  return <SessionGate signedOut={() => <SignInPage />} signedIn={() => <SignedIn />} />;
}

function SignedIn() {
  const account = user.value;
  // Before it is known whose session it is, nothing is asked that others may not ask.
  if (account === undefined)
    return (
      <Frame>
        <h1>{t('admin.title')}</h1>
        <Loading />
      </Frame>
    );
  if (account.role === 'admin') return <Signed sections={ADMIN_SECTIONS} first="admin/people" />;
  return (
    <Signed sections={[]} first="admin">
      <View title={t('admin.title')}>
        <Notice kind="warning">{t('admin.refused')}</Notice>
      </View>
    </Signed>
  );
}
