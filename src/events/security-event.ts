import { endsEverybody, type UserChangeReason } from '../log/change-feed.js';
import type { EventKey } from './feed-cursor.js';
import type { LoggedChange } from './logged-change.js';
import { directoryEventOf } from './directory-event.js';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type';

/** One security event of a row of the log. It becomes one SET for each receiver: profiles of CAEP want one event in each. */
export interface SecurityEvent extends EventKey {
  /** Unique in the feed of a receiver, and the same on every instance and for each delivery. */
  readonly jti: string;
  /** Identifies the transaction: SETs with one cause have the same. */
  readonly txn: string;
  readonly change: LoggedChange;
}

/** Which events a receiver gets: those for services that verify tokens, or also those for services that keep a copy of the users. */
export type Audience = 'verifiers' | 'copies';

/** The last event that a row can have for an audience. A cursor after it is read by the previous version too, which knows no third one. */
export const LAST_PART: Readonly<Record<Audience, number>> = { verifiers: 1, copies: 2 };

/**
 * The events of a row, in their order. A change of a user has up to two for verifiers: of the claims, and of what its reason says. One that
 * concerns neither, such as another name, has none, and a change of an OAuth client has none. The third one is for copies.
 */
export function eventsOf(change: LoggedChange, history: string, audience: Audience): SecurityEvent[] {
  const jti = `${history}-${change.id}`;
  const { xid, id } = change;
  const own = { xid, id, part: 0, jti, txn: `${history}-t${xid}`, change };
  const parts = partsForVerifiers(change);
  if (audience === 'copies' && directoryEventOf(change) !== undefined) parts.push(2);
  return parts.map((part) => ({ ...own, part, jti: `${jti}${SUFFIXES[part]}` }));
}

/** Of the `jti`, by part. */
const SUFFIXES = ['', '-p', '-u'];

function partsForVerifiers({ kind, claims, reason }: LoggedChange): number[] {
  if (kind === 'client.changed') return [];
  if (kind !== 'user.updated') return [0];
  const hasOwn = claims === null || Object.keys(claims).length > 0;
  return [...(hasOwn ? [0] : []), ...(isKnown(reason) ? [1] : [])];
}

/**
 * The claims of a SET (RFC 8417). A change of a user is dated by a time at which its commit was known: until the commit, tokens
 * with the old role are issued, however long the transaction is open.
 * @param audience the `client_id` of the receiver (SSF 1.0 §4.1.8)
 * @see https://openid.net/specs/openid-caep-1_0-final.html
 */
export function claimsOf(
  { jti, txn, change, part }: SecurityEvent,
  issuer: string,
  audience: string,
): object {
  const [type, event] = typedEventOf(change, part, issuer);
  return {
    iss: issuer,
    aud: audience,
    iat: Math.floor(change.committedBy),
    jti,
    txn,
    sub_id: { format: 'complex', ...subjectOf(change, issuer) },
    events: { [type]: event },
  };
}

/**
 * Members of a complex subject. A session is revoked of everything that they match together (CAEP §3.1), so the tenant alone stands for
 * all sessions of the issuer.
 */
function subjectOf(change: LoggedChange, issuer: string): object {
  if (endsEverybody(change)) return { tenant: { format: 'uri', uri: issuer } };
  const { user_id: sub, session_id: id } = change;
  const user = { format: 'iss_sub', iss: issuer, sub };
  return id === null ? { user } : { user, session: { format: 'opaque', id } };
}

type TypedEvent = readonly [type: string, event: object];

function typedEventOf(change: LoggedChange, part: number, issuer: string): TypedEvent {
  const directory = part === 2 ? directoryEventOf(change) : undefined;
  if (directory !== undefined) return [`${issuer}/event-types/${directory.name}`, directory.event];
  return part === 1 && isKnown(change.reason) ? ofReason(change, change.reason) : eventOf(change, issuer);
}

/** By what changed of a user. */
const OF_REASON: Readonly<Record<UserChangeReason, TypedEvent>> = {
  password_changed: [`${CAEP}/credential-change`, { credential_type: 'password', change_type: 'update' }],
  user_deactivated: [`${RISC}/account-disabled`, {}],
  user_activated: [`${RISC}/account-enabled`, {}],
};

const isKnown = (reason: string | null): reason is UserChangeReason =>
  reason !== null && Object.hasOwn(OF_REASON, reason);

function ofReason({ at }: LoggedChange, reason: UserChangeReason): TypedEvent {
  const [type, event] = OF_REASON[reason];
  return [type, { event_timestamp: at, ...event, reason_admin: { en: reason } }];
}

function eventOf({ kind, at, committedBy, reason, claims }: LoggedChange, issuer: string): TypedEvent {
  if (kind === 'user.updated') {
    // A row without claims may stand for any change: the receiver has to ask.
    if (claims === null) return [`${issuer}/event-types/user-changed`, { event_timestamp: committedBy }];
    return [`${CAEP}/token-claims-change`, { event_timestamp: committedBy, claims }];
  }
  const isOfUser = kind === 'user.deleted';
  const reasonForAdmins = { en: reason ?? (isOfUser ? 'user_deleted' : 'ended') };
  return [
    `${CAEP}/session-revoked`,
    { event_timestamp: isOfUser ? committedBy : at, reason_admin: reasonForAdmins },
  ];
}
