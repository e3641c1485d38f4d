import type { Mutant } from './mutant.js';

const CHANNELS = 'src/live/live-channel.service.ts';
const EVENTS_SPEC = ['test/e2e/live-channel-events.spec.ts'] as const;
const REASON_SPEC = ['packages/client/test/end-reason.spec.ts'] as const;

/** What pages and their client are told of sessions that end elsewhere. */
export const PAGE_MUTANTS: readonly Mutant[] = [
  {
    name: 'a page is not told that another session of the account has ended',
    file: CHANNELS,
    text: 'this.sendChangedList(change.user_id, change.session_id, change.reason);',
    replacement: '',
    specs: EVENTS_SPEC,
  },
  {
    name: 'a client does not wait for the reason of its channel',
    file: 'packages/client/src/live-watches.ts',
    text: 'if (known !== undefined || !this.isTold()) return known;',
    replacement: 'return known;',
    specs: REASON_SPEC,
  },
  {
    name: 'a client sends requests with a session that the service has refused',
    file: 'packages/client/src/session-keeper.ts',
    text: 'await this.ending;',
    replacement: '',
    specs: REASON_SPEC,
  },
];
