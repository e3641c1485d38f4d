import { type Mutant, mutantsOf } from './mutant.js';

const EVENTS = 'src/events/event-feed.ts';
const ARCHIVE = 'src/events/log-archive.ts';
const FEED_SPEC = 'test/integration/event-feed.spec.ts';
const REACH_SPEC = 'test/integration/event-feed-reach.spec.ts';
const CHANGES_SPEC = 'test/integration/event-feed-changes.spec.ts';

/** What the receivers of the revocation feed rely on. */
export const FEED_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/log/log-position.ts', 'src/log/log-position.spec.ts')`
    rows of transactions that were open count as delivered
      - return xid < this.limit && !this.open.has(xid);
      + return xid < this.limit;
    a position reaches one that shows more rows
      - for (const xid of this.open) if (other.shows(xid)) return false;
      +
  `,
  ...mutantsOf('src/events/recent-log.ts', 'src/events/recent-log.spec.ts')`
    a cursor from before the rows in memory is answered from memory
      -  || !position.reaches(this.base.position)
      +
    skipped rows count as delivered
      - if (rows === undefined) return this.startOver(page, beganAt);
      + if (rows === undefined) return this.setReading(page, beganAt);
    the feed goes on without a log that is read
      - this.current = undefined;
      -     this.wake
      + this.wake
    an earlier clock counts as stopped when it was read last
      - this.last.databaseMs + beganAt - this.last.beganAt
      + this.last.databaseMs
  `,
  ...mutantsOf('src/events/security-event.ts', FEED_SPEC)`
    a change of a user is dated before its commit | not before its commit
      - event_timestamp: committedBy, claims
      + event_timestamp: at, claims
    an event is meant for every receiver | meant for it alone
      - aud: audience
      + aud: issuer
  `,
  ...mutantsOf('src/events/event-signer.ts', FEED_SPEC)`
    clients share the SETs of one of them | meant for it alone
      - const key = \`\${clientId} \${event.jti}\`;
      + const key = event.jti;
  `,
  ...mutantsOf('src/events/security-event.ts', CHANGES_SPEC)`
    a change of which nobody knows what it was sends nothing | the log does not know
      - const hasOwn = claims === null || ${''}
      + const hasOwn = claims !== null && ${''}
  `,
  ...mutantsOf('src/users/account-statements.ts', CHANGES_SPEC)`
    a hash that a login renews is a change of the password | the same password that a login has hashed anew
      - set_config('ergodrive.password_hash', 'renewed', true)
      + set_config('ergodrive.password_hash', 'changed', true)
  `,
  ...mutantsOf(ARCHIVE, REACH_SPEC)`
    rows that were removed count as delivered | may have been removed
      - if (server.is_out_of_reach) return undefined;
      +
  `,
  ...mutantsOf('src/events/event-streams.ts', REACH_SPEC)`
    a partial acknowledgement skips the rest | gets again what it has not acknowledged
      - acknowledged = CASE WHEN rest = '{}' THEN sent ELSE acknowledged END
      + acknowledged = sent
  `,
  ...mutantsOf('src/events/events.controller.ts', 'test/integration/event-feed-requests.spec.ts')`
    an ended client gets the answer for which it waits | has ended while it waited
      -     await this.clients.authenticate(request, 'events');
      -     const { text
      +     const { text
  `,
  ...mutantsOf(EVENTS, FEED_SPEC)`
    a page of the feed is kept after the next reading of the log | says that a session was revoked
      - known?.reading === reading ? known.page
      + known !== undefined ? known.page
  `,
  ...mutantsOf(EVENTS, 'src/events/event-feed.spec.ts')`
    the feed takes rows of another history from the archive
      | the stored log is of another history than the cursor
      - read?.reading.history === history ? read : undefined
      + read
    the feed begins by stored positions of another history | are not answered
      - if (reading.history !== history) throw
      + if (history === undefined) throw
    COVEREDNOW: the feed covers tokens of a clock that stored positions show
      | no time that an earlier history can have shown
      - Math.max(coveredFromMs, earlierMs, this.recent.earlierMs)
      + Math.max(coveredFromMs, this.recent.earlierMs)
    COVEREDNOW: the feed covers tokens of a clock that the instance has followed
      | no time that an earlier history can have shown
      - Math.max(coveredFromMs, earlierMs, this.recent.earlierMs)
      + Math.max(coveredFromMs, earlierMs)
  `,
  ...mutantsOf(ARCHIVE, 'test/integration/feed-failover.spec.ts')`
    positions of earlier histories say nothing about their clocks | of an earlier history, which was stored
      - log_positions.history <> server.history OR at > clock_timestamp()
      + at > clock_timestamp()
    positions of the future say nothing about a clock that was set back | a clock that was set back
      - log_positions.history <> server.history OR at > clock_timestamp()
      + log_positions.history <> server.history
    an earlier clock counts as stopped at its last stored position | of an earlier history, which was stored
      - earlier + EARLIER_MARGIN_MS
      + earlier
  `,
];
