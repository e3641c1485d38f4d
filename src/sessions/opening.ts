import type { Change } from '../log/change-feed.js';
import type { TokenSession } from './session.entity.js';

/** How a session is opened. */
export interface Opening {
  /** The OAuth client that logs the user in; `null` for a login without one. */
  readonly clientId: string | null;
  /** What the user calls the device. */
  readonly deviceName: string | null;
}

/** A login with a password. */
export interface Login extends Opening {
  /** Whether a device token of the account came with it. */
  readonly isOfKnownDevice: boolean;
}

export interface Opened {
  readonly session: TokenSession;
  /** What caches hold wrong after the commit: sessions beyond the cap. */
  readonly changes: Change[];
  /** Whether the account has stored sessions, none of them from this network with this user agent. */
  readonly isElsewhere: boolean;
}
