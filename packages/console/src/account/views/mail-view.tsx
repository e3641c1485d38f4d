import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Failure, Outcome } from '../../shared/call.js';
import { Form } from '../../shared/components/form.js';
import { Frame } from '../../shared/components/frame.js';
import { Link } from '../../shared/components/link.js';
import { Failed, Notice } from '../../shared/components/notice.js';
import { View } from '../../shared/components/view.js';
import { t } from '../../shared/language.js';
import { navigate, takeToken } from '../../shared/router.js';
import { useAction } from '../../shared/use-action.js';

type Texts =
  | 'reset_password'
  | 'verify_email'
  | 'finish_registration'
  | 'undo_email_change'
  | 'undo_deletion'
  | 'end_sessions'
  | 'accept_invitation';
type Typed = Record<string, string>;

interface Props {
  texts: Texts;
  send: (token: string, typed: Typed) => Promise<Outcome<unknown>>;
  isDangerous?: boolean;
  /** Whether success signs the person in. */
  opensSession?: boolean;
  /** The inputs. */
  children?: (failure: Failure | undefined) => ComponentChildren;
}

/** What a link of a mail leads to. To open it uses no token, because scanners open links too: the button sends it. */
export function MailView({ texts, send, isDangerous, opensSession, children }: Props) {
  const [token] = useState(takeToken);
  const action = useAction((typed: Typed) => send(token ?? '', typed));
  const isVoid = action.failure?.code === 'one_time_token_invalid';
  const isUsable = token !== undefined && !action.isDone && !isVoid;
  if (action.isDone && opensSession) queueMicrotask(() => navigate('account/devices', 'replace'));
  return (
    <Frame>
      <View title={t(`${texts}.title`)} lead={t(`${texts}.lead`)}>
        {token === undefined && <Notice kind="error">{t('mail_view.missing')}</Notice>}
        {action.isDone && <Notice kind="success">{t(`${texts}.done`)}</Notice>}
        {isVoid && <Failed failure={action.failure} />}
        {isUsable && (
          <Form action={action} button={t(`${texts}.button`)} isDangerous={isDangerous}>
            {children?.(action.failure)}
          </Form>
        )}
        <Ways isAgain={isVoid && texts === 'reset_password'} />
      </View>
    </Frame>
  );
}

/** Where to go from here; `isAgain`: to another mail of this kind too. */
const Ways = ({ isAgain }: { isAgain: boolean }) => (
  <ul class="ways">
    {isAgain && (
      <li>
        <Link to="account/forgot-password">{t('mail_view.again')}</Link>
      </li>
    )}
    <li>
      <Link to="account">{t('mail_view.account')}</Link>
    </li>
  </ul>
);
