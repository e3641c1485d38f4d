import type { ComponentType } from 'preact';
import { call, type Outcome } from '../shared/call.js';
import { client } from '../shared/client.js';
import { Field } from '../shared/components/field.js';
import { fieldText } from '../shared/failure-text.js';
import { t } from '../shared/language.js';
import { acceptInvitation } from '../shared/session.js';
import { MailView } from './views/mail-view.js';
import { NewPassword } from './views/new-password.js';

const { auth } = client.api;
const setPassword = (token: string, { new_password = '' }): Promise<Outcome<unknown>> =>
  call(() => auth.resetPassword({ body: { token, new_password } }));
/** An empty password is not sent: a mail then leads to a new one. */
const finish = (token: string, { password = '' }): Promise<Outcome<unknown>> =>
  call(() => auth.verifyEmail({ body: password === '' ? { token } : { token, password } }));
const accept = (token: string, { password = '', full_name = '' }): Promise<Outcome<unknown>> =>
  acceptInvitation({ token, password, full_name });

/** The views that links of mails lead to, by their paths. */
export const MAIL_VIEWS: Readonly<Record<string, ComponentType>> = {
  'account/reset-password': () => (
    <MailView texts="reset_password" send={setPassword}>
      {(failure) => <NewPassword failure={failure} name="new_password" />}
    </MailView>
  ),
  'account/verify-email': () => (
    <MailView texts="verify_email" send={(token) => call(() => auth.verifyEmail({ body: { token } }))} />
  ),
  'account/finish-registration': () => (
    <MailView texts="finish_registration" send={finish}>
      {(failure) => (
        <Field
          label={t('field.chosen_password')}
          name="password"
          type="password"
          autocomplete="current-password"
          hint={t('finish_registration.hint')}
          required={false}
          error={fieldText(failure, 'password')}
        />
      )}
    </MailView>
  ),
  'account/undo-email-change': () => (
    <MailView
      texts="undo_email_change"
      isDangerous
      send={(token) => call(() => auth.undoEmailChange({ body: { token } }))}
    />
  ),
  'account/undo-deletion': () => (
    <MailView texts="undo_deletion" send={(token) => call(() => auth.undoDeletion({ body: { token } }))} />
  ),
  'account/end-sessions': () => (
    <MailView
      texts="end_sessions"
      isDangerous
      send={(token) => call(() => auth.endSessions({ body: { token } }))}
    />
  ),
  'account/accept-invitation': () => (
    <MailView texts="accept_invitation" send={accept} opensSession>
      {(failure) => (
        <>
          <Field
            label={t('field.full_name')}
            name="full_name"
            autocomplete="name"
            maxLength={200}
            error={fieldText(failure, 'full_name')}
          />
          <NewPassword failure={failure} name="password" />
        </>
      )}
    </MailView>
  ),
};
