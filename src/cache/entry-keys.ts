/** Of the users with their live sessions, by user id. */
export const USER_PREFIX = 'user:';

/** Of the revoked tokens, by token id. */
export const BLACKLIST_PREFIX = 'blacklist:';

/** The lease of an entry. The braces put both keys on one shard of a cluster, which a script needs. */
export const leaseKey = (key: string): string => `{${key}}:lease`;

/** The entry that a key is, or is the lease of. */
export const entryOf = (key: string): string => /^\{(.+)\}:lease$/.exec(key)?.[1] ?? key;

/** What is deleted with an entry: its lease first, so that nobody fills the entry again in between. */
export const withLeases = (keys: readonly string[]): string[] => keys.flatMap((key) => [leaseKey(key), key]);
