import { Signed } from '../shared/components/signed.js';
import { SessionGate } from '../shared/components/session-gate.js';
import { path } from '../shared/router.js';
import { ACCOUNT_SECTIONS } from './sections.js';
import { MAIL_VIEWS } from './mail-views.js';
import { ForgotPasswordPage } from './views/forgot-password.js';
import { SignInPage } from './views/sign-in.js';
import { SignUpPage } from './views/sign-up.js';

/** `/account`: the pages of mails for everybody, and the rest by whether somebody is signed in. */
export function AccountPage() {
  const MailView = MAIL_VIEWS[path.value];
  if (MailView !== undefined) return <MailView key={path.value} />;
  return (
    <SessionGate
      signedOut={SignedOut}
      signedIn={() => <Signed sections={ACCOUNT_SECTIONS} first="account/devices" />}
    />
  );
}

function SignedOut() {
  if (path.value === 'account/sign-up') return <SignUpPage />;
  if (path.value === 'account/forgot-password') return <ForgotPasswordPage />;
  return <SignInPage />;
}
