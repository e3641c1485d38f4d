import { announce } from '../../shared/announce.js';
import { call } from '../../shared/call.js';
import { client } from '../../shared/client.js';
import { Form } from '../../shared/components/form.js';
import { Link } from '../../shared/components/link.js';
import { Notice } from '../../shared/components/notice.js';
import { View } from '../../shared/components/view.js';
import { navigate } from '../../shared/router.js';
import { settings } from '../../shared/settings.js';
import { useAction } from '../../shared/use-action.js';
import { Invitee, type Typed, whom } from '../people/invitee.js';
import { t } from '../texts.js';

export function NewInvitation() {
  const action = useAction(async (typed: Typed) => {
    const outcome = await call(() => client.api.invitations.create({ body: whom(typed) }));
    if (outcome.data === undefined) return outcome;
    announce(t('invitations.invited', { email: outcome.data.email }));
    navigate('admin/invitations', 'replace');
    return outcome;
  });
  const { mail, registration } = settings.value ?? {};
  const obstacle = mail === false ? 'problem.mail_not_configured' : 'problem.registration_closed';
  return (
    <View title={t('invitations.new')} lead={t('invitations.new_lead')}>
      {mail === false || registration === 'closed' ? (
        <Notice kind="info">{t(obstacle)}</Notice>
      ) : (
        <Form
          action={action}
          button={t('invitations.invite')}
          beside={<Link to="admin/invitations">{t('action.cancel')}</Link>}
        >
          <Invitee failure={action.failure} />
        </Form>
      )}
    </View>
  );
}
