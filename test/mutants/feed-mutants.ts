import type { Mutant } from './mutant.js';

const POSITION = 'src/log/log-position.ts';
const POSITION_SPEC = ['src/log/log-position.spec.ts'] as const;
const RECENT = 'src/events/recent-log.ts';
const RECENT_SPEC = ['src/events/recent-log.spec.ts'] as const;
const EVENTS = 'src/events/event-feed.ts';
const EVENTS_SPEC = ['src/events/event-feed.spec.ts'] as const;
const ARCHIVE = 'src/events/log-archive.ts';
const FAILOVER_SPEC = ['test/integration/feed-failover.spec.ts'] as const;
const FEED_SPEC = ['test/integration/event-feed.spec.ts'] as const;
const REACH_SPEC = ['test/integration/event-feed-reach.spec.ts'] as const;
const CHANGES_SPEC = ['test/integration/event-feed-changes.spec.ts'] as const;
const REQUEST_SPEC = ['test/integration/event-feed-requests.spec.ts'] as const;

/** What the receivers of the revocation feed rely on. */
export const FEED_MUTANTS: readonly Mutant[] = [
  {
    name: 'rows of transactions that were open count as delivered',
    file: POSITION,
    text: 'return xid < this.limit && !this.open.has(xid);',
    replacement: 'return xid < this.limit;',
    specs: POSITION_SPEC,
  },
  {
    name: 'a cursor from before the rows in memory is answered from memory',
    file: RECENT,
    text: ' || !position.reaches(this.base.position)',
    replacement: '',
    specs: RECENT_SPEC,
  },
  {
    name: 'skipped rows count as delivered',
    file: RECENT,
    text: 'if (rows === undefined) return this.startOver(page, beganAt);',
    replacement: 'if (rows === undefined) return this.setReading(page, beganAt);',
    specs: RECENT_SPEC,
  },
  {
    name: 'the feed goes on without a log that is read',
    file: RECENT,
    text: 'this.current = undefined;\n    this.wake',
    replacement: 'this.wake',
    specs: RECENT_SPEC,
  },
  {
    name: 'a change of a user is dated before its commit',
    file: 'src/events/security-event.ts',
    text: 'event_timestamp: committedBy, claims',
    replacement: 'event_timestamp: at, claims',
    specs: FEED_SPEC,
    test: 'not before its commit',
  },
  {
    name: 'an event is meant for every receiver',
    file: 'src/events/security-event.ts',
    text: 'aud: audience',
    replacement: 'aud: issuer',
    specs: FEED_SPEC,
    test: 'meant for it alone',
  },
  {
    name: 'clients share the SETs of one of them',
    file: 'src/events/event-signer.ts',
    text: 'const key = `${clientId} ${event.jti}`;',
    replacement: 'const key = event.jti;',
    specs: FEED_SPEC,
    test: 'meant for it alone',
  },
  {
    name: 'a change of which nobody knows what it was sends nothing',
    file: 'src/events/security-event.ts',
    text: 'const hasOwn = claims === null || ',
    replacement: 'const hasOwn = claims !== null && ',
    specs: CHANGES_SPEC,
    test: 'the log does not know',
  },
  {
    name: 'a hash that a login renews is a change of the password',
    file: 'src/users/account-statements.ts',
    text: "set_config('ergodrive.password_hash', 'renewed', true)",
    replacement: "set_config('ergodrive.password_hash', 'changed', true)",
    specs: CHANGES_SPEC,
    test: 'the same password that a login has hashed anew',
  },
  {
    name: 'rows that were removed count as delivered',
    file: ARCHIVE,
    text: 'if (server.is_out_of_reach) return undefined;',
    replacement: '',
    specs: REACH_SPEC,
    test: 'may have been removed',
  },
  {
    name: 'a partial acknowledgement skips the rest',
    file: 'src/events/event-streams.ts',
    text: "acknowledged = CASE WHEN rest = '{}' THEN sent ELSE acknowledged END",
    replacement: 'acknowledged = sent',
    specs: REACH_SPEC,
    test: 'gets again what it has not acknowledged',
  },
  {
    name: 'an ended client gets the answer for which it waits',
    file: 'src/events/events.controller.ts',
    text: "    await this.clients.authenticate(request, 'events');\n    const { text",
    replacement: '    const { text',
    specs: REQUEST_SPEC,
    test: 'has ended while it waited',
  },
  {
    name: 'a page of the feed is kept after the next reading of the log',
    file: EVENTS,
    text: 'known?.reading === reading ? known.page',
    replacement: 'known !== undefined ? known.page',
    specs: FEED_SPEC,
    test: 'says that a session was revoked',
  },
  {
    name: 'a position reaches one that shows more rows',
    file: POSITION,
    text: 'for (const xid of this.open) if (other.shows(xid)) return false;',
    replacement: '',
    specs: POSITION_SPEC,
  },
  {
    name: 'the feed takes rows of another history from the archive',
    file: EVENTS,
    text: 'read?.reading.history === history ? read : undefined',
    replacement: 'read',
    specs: EVENTS_SPEC,
    test: 'the stored log is of another history than the cursor',
  },
  {
    name: 'the feed begins by stored positions of another history',
    file: EVENTS,
    text: 'if (reading.history !== history) throw',
    replacement: 'if (history === undefined) throw',
    specs: EVENTS_SPEC,
    test: 'are not answered',
  },
  {
    name: 'COVEREDNOW: the feed covers tokens of a clock that stored positions show',
    file: EVENTS,
    text: 'Math.max(coveredFromMs, earlierMs, this.recent.earlierMs)',
    replacement: 'Math.max(coveredFromMs, this.recent.earlierMs)',
    specs: EVENTS_SPEC,
    test: 'no time that an earlier history can have shown',
  },
  {
    name: 'COVEREDNOW: the feed covers tokens of a clock that the instance has followed',
    file: EVENTS,
    text: 'Math.max(coveredFromMs, earlierMs, this.recent.earlierMs)',
    replacement: 'Math.max(coveredFromMs, earlierMs)',
    specs: EVENTS_SPEC,
    test: 'no time that an earlier history can have shown',
  },
  {
    name: 'an earlier clock counts as stopped when it was read last',
    file: RECENT,
    text: 'this.last.databaseMs + beganAt - this.last.beganAt',
    replacement: 'this.last.databaseMs',
    specs: RECENT_SPEC,
  },
  {
    name: 'positions of earlier histories say nothing about their clocks',
    file: ARCHIVE,
    text: 'log_positions.history <> server.history OR at > clock_timestamp()',
    replacement: 'at > clock_timestamp()',
    specs: FAILOVER_SPEC,
    test: 'of an earlier history, which was stored',
  },
  {
    name: 'positions of the future say nothing about a clock that was set back',
    file: ARCHIVE,
    text: 'log_positions.history <> server.history OR at > clock_timestamp()',
    replacement: 'log_positions.history <> server.history',
    specs: FAILOVER_SPEC,
    test: 'a clock that was set back',
  },
  {
    name: 'an earlier clock counts as stopped at its last stored position',
    file: ARCHIVE,
    text: 'earlier + EARLIER_MARGIN_MS',
    replacement: 'earlier',
    specs: FAILOVER_SPEC,
    test: 'of an earlier history, which was stored',
  },
];
