import { type Mutant, mutantsOf } from './mutant.js';

const REASON_SPEC = 'packages/client/test/end-reason.spec.ts';

/** What pages and their client are told of sessions that end elsewhere. */
export const PAGE_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/live/live-channel.service.ts', 'test/e2e/live-channel-events.spec.ts')`
    a page is not told that another session of the account has ended
      - this.sendChangedList(change.user_id, change.session_id, change.reason);
      +
  `,
  ...mutantsOf('packages/client/src/live-watches.ts', REASON_SPEC)`
    a client does not wait for the reason of its channel
      - if (known !== undefined || !this.isTold()) return known;
      + return known;
  `,
  ...mutantsOf('packages/client/src/session-keeper.ts', REASON_SPEC)`
    a client sends requests with a session that the service has refused
      - await this.ending;
      +
  `,
];
