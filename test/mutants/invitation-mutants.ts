import { type Mutant, mutantsOf } from './mutant.js';

const INVITED = 'src/invitations/invited-accounts.service.ts';
const SERVICE = 'src/invitations/invitations.service.ts';
const ACCEPTANCE_SPEC = 'test/integration/invitation-acceptance.spec.ts';
const RACES_SPEC = 'test/integration/invitation-races.spec.ts';
const RIGHTS_SPEC = 'test/integration/invitation-rights.spec.ts';

/** Who gets an account, and who takes one over. */
export const INVITATION_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(INVITED, RIGHTS_SPEC)`
    an invitation outlives the rights of who sent it | makes an invitation void
      - if (!invitation.isBacked) throw new ProblemError('invitation_void');
      +
    an invitation grants a role that is gone | no role that is no longer configured
      - !this.config.roles.names.includes(invitation.role)
      + invitation.role === ''
  `,
  ...mutantsOf('src/invitations/invitation-statements.ts', RIGHTS_SPEC)`
    a deactivated admin still invites | makes an invitation void
      - u.id = i.invited_by AND u.is_active AND
      + u.id = i.invited_by AND
  `,
  ...mutantsOf('src/invitations/invitation-acceptance.service.ts', RACES_SPEC)`
    the inviter is demoted between the check and the commit of an acceptance | waits for a demotion
      - [invitedBy, holderId].filter
      + [holderId].filter
    a stranger who registers during an acceptance keeps the address | registers within the transaction
      - attempt === MAX_ATTEMPTS || !isTaken(error)
      + attempt <= MAX_ATTEMPTS || !isTaken(error)
  `,
  ...mutantsOf(INVITED, ACCEPTANCE_SPEC)`
    a stranger stays logged in to an account that its owner has claimed
      | refused on every instance before the answer
      - await this.sessions.revokeWithin(command, { userId: holder.id }, 'account_claimed');
      +
    a stranger keeps a token of an account that its owner has claimed | ends every one-time token
      - await this.tokens.endWithin(command.run, holder.id, ALL_PURPOSES);
      + void ALL_PURPOSES;
    an admin who accepts an own invitation becomes somebody else | who may be the last admin
      -  || (holderId !== null && holderId === invitedBy)
      +
  `,
  ...mutantsOf('src/users/account-statements.ts', ACCEPTANCE_SPEC)`
    an invitation takes over a proved account | got a proved account meanwhile
      - WHERE id = $1 AND is_active AND NOT email_verified RETURNING id\`,
      - };
      -
      - const COLUMNS
      + WHERE id = $1 AND is_active RETURNING id\`,
      + };
      +
      + const COLUMNS
  `,
  ...mutantsOf(SERVICE, RACES_SPEC)`
    an address has two open invitations | is open once
      - await this.tokens.lockAddressWithin(command.run, address);
      +
  `,
  ...mutantsOf(SERVICE, 'test/integration/invitations.spec.ts')`
    an invitation that has ended keeps its token | is neither sent again nor ended
      - await this.tokens.endOfAddressWithin(command.run, one(ended).email, 'accept_invitation');
      + one(ended);
  `,
  ...mutantsOf(SERVICE, RIGHTS_SPEC)`
    an admin sends mails without a limit | are limited for an address and for an admin
      - await this.limits.mailOfAdmin(email, by);
      +
  `,
  ...mutantsOf('src/users/registration-gate.ts', 'src/users/registration-gate.spec.ts')`
    registration by oneself is open to the invited
      - mode !== 'open'
      + mode === 'closed'
    an invitation counts where registration is closed
      - origin === 'invitation' && mode === 'closed'
      + false
    a subdomain counts as its domain
      - !domains.includes(domainOf(email))
      + !domains.some((domain) => domainOf(email).endsWith(domain))
  `,
  ...mutantsOf('src/config/registration.ts', 'src/config/registration.spec.ts')`
    a list of no domains admits every domain
      - domains.length > 0 && ${''}
      +
  `,
];
