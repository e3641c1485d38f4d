import type { SessionEnd, UserDto } from '@ergodrive/client';
import { signal } from '@preact/signals';

/** Whether somebody is signed in here. */
export type SessionState =
  /** Not known yet: the page has just been loaded. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'none' }
  | { readonly kind: 'open' }
  /** It was open on this page, and has ended. */
  | { readonly kind: 'ended'; readonly reason: string | undefined };

export const session = signal<SessionState>({ kind: 'unknown' });

/** The account that is signed in, as far as it was read. */
export const user = signal<UserDto | undefined>();

/** What the person signs out of is no surprise. */
const leaving: { isOwn: boolean; reason?: string | undefined } = { isOwn: false };

/** Marks the end that follows as the person's own. @param reason is said then; nothing without one @returns takes the mark back */
export function leave(reason?: string): () => void {
  Object.assign(leaving, { isOwn: true, reason });
  return () => Object.assign(leaving, { isOwn: false, reason: undefined });
}

/** The session has ended, here or elsewhere. */
export function ended({ reason }: SessionEnd): void {
  const wasOpen = session.value.kind === 'open';
  const said = leaving.isOwn ? leaving.reason : reason;
  const isSilent = leaving.isOwn && said === undefined;
  session.value = wasOpen && !isSilent ? { kind: 'ended', reason: said } : { kind: 'none' };
  Object.assign(leaving, { isOwn: false, reason: undefined });
  user.value = undefined;
}
