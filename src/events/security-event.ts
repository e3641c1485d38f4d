import { meaningOf } from '../common/revoke-reason.js';
import { subjectOf } from '../log/change-feed.js';
import type { LoggedChange } from './logged-change.js';
import type { EventKey } from './feed-cursor.js';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';

/** One security event of a row of the log. It becomes one SET: profiles of CAEP want one event in each. */
export interface SecurityEvent extends EventKey {
  /** Unique, and the same on every instance and for each delivery. */
  readonly jti: string;
  readonly change: LoggedChange;
}

/** The events of a row: of a session that ended because a credential was changed, also that change; of an OAuth client none. */
export function eventsOf(change: LoggedChange, history: string): SecurityEvent[] {
  const { xid, id } = change;
  if (subjectOf(change).kind === 'client') return [];
  const jti = `${history}-${id}`;
  const own = { xid, id, part: 0, jti, change };
  const hasCredential = meaningOf(change.reason).changedCredential !== undefined;
  return hasCredential ? [own, { ...own, part: 1, jti: `${jti}-p` }] : [own];
}

/**
 * The claims of a SET (RFC 8417). A change of a user is dated by a time at which its commit was known: until the commit, tokens
 * with the old role are issued, however long the transaction is open.
 * @see https://openid.net/specs/openid-caep-1_0-final.html
 */
export function claimsOf({ jti, change, part }: SecurityEvent, issuer: string): object {
  const user = { format: 'iss_sub', iss: issuer, sub: subjectOf(change).id };
  const isOfSession = part === 0 && change.session_id !== null;
  const session = isOfSession ? { session: { format: 'opaque', id: change.session_id } } : {};
  const [type, event] = part === 0 ? eventOf(change) : credentialChange(change);
  return {
    iss: issuer,
    aud: issuer,
    iat: Math.floor(change.committedBy),
    jti,
    sub_id: { format: 'complex', user, ...session },
    events: { [`${CAEP}/${type}`]: event },
  };
}

const credentialChange = ({ at, reason }: LoggedChange): [string, object] => [
  'credential-change',
  { event_timestamp: at, credential_type: meaningOf(reason).changedCredential, change_type: 'update' },
];

function eventOf({ kind, at, committedBy, reason }: LoggedChange): [string, object] {
  if (kind === 'user.updated') return ['token-claims-change', { event_timestamp: committedBy, claims: {} }];
  const isOfUser = kind === 'user.deleted';
  const reasonForAdmins = { en: reason ?? (isOfUser ? 'user_deleted' : 'ended') };
  return ['session-revoked', { event_timestamp: isOfUser ? committedBy : at, reason_admin: reasonForAdmins }];
}
