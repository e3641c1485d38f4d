import type { Mutant } from './mutant.js';

const STATEMENTS = 'src/sessions/session-statements.ts';
const CONTROLLER = 'src/sessions/user-sessions.controller.ts';
const LIVE = 'src/live/live-channel.service.ts';
const ADMINISTRATION_SPEC = ['test/e2e/administration.spec.ts'] as const;
const ONE = 'lists the sessions of an account, and ends one of them';

/** What admins do to the sessions of a person, and who sees it. */
export const ADMIN_SESSIONS_MUTANTS: readonly Mutant[] = [
  {
    name: 'an admin ends a session by its id whose account is another one than that of the path',
    file: STATEMENTS,
    text: `WHERE user_id = $7 AND \${isLive('sessions')}
      AND ($8::uuid IS NULL OR id = $8)`,
    replacement: `WHERE (user_id = $7 OR $8::uuid IS NOT NULL) AND \${isLive('sessions')}
      AND ($8::uuid IS NULL OR id = $8)`,
    specs: ADMINISTRATION_SPEC,
    test: ONE,
  },
  {
    name: 'an admin who ends one session ends all of the account',
    file: CONTROLLER,
    text: 'revoke({ userId, id }',
    replacement: 'revoke({ userId }',
    specs: ADMINISTRATION_SPEC,
    test: ONE,
  },
  {
    name: 'an admin who ends a session that is none is told that it has ended',
    file: CONTROLLER,
    text: 'if (ended === 0)',
    replacement: 'if (ended < 0)',
    specs: ADMINISTRATION_SPEC,
    test: ONE,
  },
  {
    name: 'everybody may list and end the sessions of an account',
    file: CONTROLLER,
    text: '@Roles(ADMIN_ROLE)',
    replacement: '',
    specs: ['test/integration/routes.spec.ts'],
    test: 'if for admins, answers 403',
  },
  {
    name: 'the live channel says to everybody that the sessions of an account have changed',
    file: LIVE,
    text: `of this.channels.ofUser(userId)) {
      if (channel.watchedUserId === userId)`,
    replacement: `of this.channels) {
      if (channel.watchedUserId !== undefined)`,
    specs: ['test/e2e/live-channel-events.spec.ts'],
    test: 'of others of the account that the list has changed',
  },
  {
    name: 'the live channel goes on to an admin who has lost the role',
    file: LIVE,
    text: `      if (admission.outcome === 'refused') {
        await this.closeRefused`,
    replacement: `      if (admission.outcome === 'refused' && !channel.isAdmitted) {
        await this.closeRefused`,
    specs: ['test/e2e/live-channel-events.spec.ts'],
    test: 'is closed when the admin who watches the session loses the role',
  },
  {
    name: 'the audit trail of one actor has the events of others',
    file: 'src/audit/audit.service.ts',
    text: 'if (actorId !== undefined)',
    replacement: 'if (actorId !== undefined && userId !== undefined)',
    specs: ['test/e2e/audit-query.spec.ts'],
    test: 'filters by who did it',
  },
];
