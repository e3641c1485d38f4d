/** Arguments of a command that are wrong. */
export class UsageError extends Error {}
