import { type Mutant, mutantsOf } from './mutant.js';

const CONTROLLER = 'src/sessions/user-sessions.controller.ts';
const ADMINISTRATION_SPEC = 'test/e2e/administration.spec.ts';
const ONE = 'lists the sessions of an account, and ends one of them';

/** What admins do to the sessions of a person, and who sees it. */
export const ADMIN_SESSIONS_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/sessions/session-statements.ts', ADMINISTRATION_SPEC)`
    an admin ends a session by its id whose account is another one than that of the path | ${ONE}
      - WHERE user_id = $7 AND \${isLive('sessions')}
      -       AND ($8::uuid IS NULL OR id = $8)
      + WHERE (user_id = $7 OR $8::uuid IS NOT NULL) AND \${isLive('sessions')}
      +       AND ($8::uuid IS NULL OR id = $8)
  `,
  ...mutantsOf(CONTROLLER, ADMINISTRATION_SPEC)`
    an admin who ends one session ends all of the account | ${ONE}
      - revoke({ userId, id }
      + revoke({ userId }
    an admin who ends a session that is none is told that it has ended | ${ONE}
      - if (ended === 0)
      + if (ended < 0)
  `,
  ...mutantsOf(CONTROLLER, 'test/integration/routes.spec.ts')`
    everybody may list and end the sessions of an account | if for admins, answers 403
      - @Roles(ADMIN_ROLE)
      +
  `,
  ...mutantsOf('src/live/live-channel.service.ts', 'test/e2e/live-channel-events.spec.ts')`
    the live channel says to everybody that the sessions of an account have changed
      | of others of the account that the list has changed
      - of this.channels.ofUser(userId)) {
      -       if (channel.watchedUserId === userId)
      + of this.channels) {
      +       if (channel.watchedUserId !== undefined)
    the live channel goes on to an admin who has lost the role
      | is closed when the admin who watches the session loses the role
      -       if (admission.outcome === 'refused') {
      -         await this.closeRefused
      +       if (admission.outcome === 'refused' && !channel.isAdmitted) {
      +         await this.closeRefused
  `,
  ...mutantsOf('src/audit/audit.service.ts', 'test/e2e/audit-query.spec.ts')`
    the audit trail of one actor has the events of others | filters by who did it
      - if (actorId !== undefined)
      + if (actorId !== undefined && userId !== undefined)
  `,
];
