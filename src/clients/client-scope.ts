/** What an OAuth client may be registered for: the values of `scope` in RFC 7591 §2. */
export const CLIENT_SCOPES = [
  'introspection',
  'events',
  'events:users',
  'users',
  'password',
  'end_user_address',
  'one_time_tokens',
] as const;

export type ClientScope = (typeof CLIENT_SCOPES)[number];

/** What a service needs that verifies tokens. */
export const DEFAULT_CLIENT_SCOPES: readonly ClientScope[] = ['introspection', 'events'];
