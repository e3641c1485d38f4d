import type { Mutant } from './mutant.js';

const INVITED = 'src/invitations/invited-accounts.service.ts';
const ACCEPTANCE = 'src/invitations/invitation-acceptance.service.ts';
const STATEMENTS = 'src/invitations/invitation-statements.ts';
const SERVICE = 'src/invitations/invitations.service.ts';
const GATE = 'src/users/registration-gate.ts';
const ACCEPTANCE_SPEC = ['test/integration/invitation-acceptance.spec.ts'] as const;
const RACES_SPEC = ['test/integration/invitation-races.spec.ts'] as const;
const RIGHTS_SPEC = ['test/integration/invitation-rights.spec.ts'] as const;
const INVITATIONS_SPEC = ['test/integration/invitations.spec.ts'] as const;
const GATE_SPEC = ['src/users/registration-gate.spec.ts'] as const;

/** Who gets an account, and who takes one over. */
export const INVITATION_MUTANTS: readonly Mutant[] = [
  {
    name: 'an invitation outlives the rights of who sent it',
    file: INVITED,
    text: "if (!invitation.isBacked) throw new ProblemError('invitation_void');",
    replacement: '',
    specs: RIGHTS_SPEC,
    test: 'makes an invitation void',
  },
  {
    name: 'a deactivated admin still invites',
    file: STATEMENTS,
    text: 'u.id = i.invited_by AND u.is_active AND',
    replacement: 'u.id = i.invited_by AND',
    specs: RIGHTS_SPEC,
    test: 'makes an invitation void',
  },
  {
    name: 'the inviter is demoted between the check and the commit of an acceptance',
    file: ACCEPTANCE,
    text: '[invitedBy, holderId].filter',
    replacement: '[holderId].filter',
    specs: RACES_SPEC,
    test: 'waits for a demotion',
  },
  {
    name: 'a stranger stays logged in to an account that its owner has claimed',
    file: INVITED,
    text: "await this.sessions.revokeWithin(command, { userId: holder.id }, 'account_claimed');",
    replacement: '',
    specs: ACCEPTANCE_SPEC,
    test: 'refused on every instance before the answer',
  },
  {
    name: 'a stranger keeps a token of an account that its owner has claimed',
    file: INVITED,
    text: 'await this.tokens.endWithin(command.run, holder.id, ALL_PURPOSES);',
    replacement: 'void ALL_PURPOSES;',
    specs: ACCEPTANCE_SPEC,
    test: 'ends every one-time token',
  },
  {
    name: 'an invitation takes over a proved account',
    file: 'src/users/account-statements.ts',
    text: `WHERE id = $1 AND is_active AND NOT email_verified RETURNING id\`,
};

const COLUMNS`,
    replacement: `WHERE id = $1 AND is_active RETURNING id\`,
};

const COLUMNS`,
    specs: ACCEPTANCE_SPEC,
    test: 'got a proved account meanwhile',
  },
  {
    name: 'an admin who accepts an own invitation becomes somebody else',
    file: INVITED,
    text: ' || (holderId !== null && holderId === invitedBy)',
    replacement: '',
    specs: ACCEPTANCE_SPEC,
    test: 'who may be the last admin',
  },
  {
    name: 'an invitation grants a role that is gone',
    file: INVITED,
    text: '!this.config.roles.names.includes(invitation.role)',
    replacement: "invitation.role === ''",
    specs: RIGHTS_SPEC,
    test: 'no role that is no longer configured',
  },
  {
    name: 'a stranger who registers during an acceptance keeps the address',
    file: ACCEPTANCE,
    text: 'attempt === MAX_ATTEMPTS || !isTaken(error)',
    replacement: 'attempt <= MAX_ATTEMPTS || !isTaken(error)',
    specs: RACES_SPEC,
    test: 'registers within the transaction',
  },
  {
    name: 'an address has two open invitations',
    file: SERVICE,
    text: 'await this.tokens.lockAddressWithin(command.run, address);',
    replacement: '',
    specs: RACES_SPEC,
    test: 'is open once',
  },
  {
    name: 'an invitation that has ended keeps its token',
    file: SERVICE,
    text: "await this.tokens.endOfAddressWithin(command.run, one(ended).email, 'accept_invitation');",
    replacement: 'one(ended);',
    specs: INVITATIONS_SPEC,
    test: 'is neither sent again nor ended',
  },
  {
    name: 'an admin sends mails without a limit',
    file: SERVICE,
    text: 'await this.limits.mailOfAdmin(email, by);',
    replacement: '',
    specs: RIGHTS_SPEC,
    test: 'are limited for an address and for an admin',
  },
  {
    name: 'registration by oneself is open to the invited',
    file: GATE,
    text: "mode !== 'open'",
    replacement: "mode === 'closed'",
    specs: GATE_SPEC,
  },
  {
    name: 'an invitation counts where registration is closed',
    file: GATE,
    text: "origin === 'invitation' && mode === 'closed'",
    replacement: 'false',
    specs: GATE_SPEC,
  },
  {
    name: 'a subdomain counts as its domain',
    file: GATE,
    text: '!domains.includes(domainOf(email))',
    replacement: '!domains.some((domain) => domainOf(email).endsWith(domain))',
    specs: GATE_SPEC,
  },
  {
    name: 'a list of no domains admits every domain',
    file: 'src/config/registration.ts',
    text: 'domains.length > 0 && ',
    replacement: '',
    specs: ['src/config/registration.spec.ts'],
  },
];
