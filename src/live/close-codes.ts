/** Why a live channel was closed (RFC 6455 §7.4.2: 4000 to 4999 are the application's own). */
export const CLOSE = {
  /** The watched session has ended; the message before the close frame has the reason. */
  sessionEnded: 4001,
  /** The access token has expired, and no newer one was presented. */
  tokenExpired: 4002,
  /** No token, or one that is not valid (any more). */
  unauthenticated: 4401,
  /** The session is not the caller's, and the caller is no admin. */
  forbidden: 4403,
  /** No token within the time for it. */
  authenticationTimeout: 4408,
  /** Too many messages. */
  tooManyMessages: 4429,
  /** Too many channels of one user. */
  tooManyChannels: 4430,
  /** The database cannot say now; try again. */
  unavailable: 1013,
  /** A defect of the service; the log has its stack. */
  internalError: 1011,
  /** The instance is shutting down; connect again. */
  goingAway: 1001,
} as const;
