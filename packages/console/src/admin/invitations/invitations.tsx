import { below } from '../address.js';
import { InvitationList } from './invitation-list.js';
import { NewInvitation } from './new-invitation.js';

export const Invitations = () =>
  below('admin/invitations') === 'new' ? <NewInvitation /> : <InvitationList />;
