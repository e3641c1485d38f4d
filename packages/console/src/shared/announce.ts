import { signal } from '@preact/signals';

/** What screen readers say next, without a change of the focus. */
export const announcement = signal('');

export function announce(text: string): void {
  // The same text twice is said twice.
  announcement.value = announcement.value === text ? `${text}\u00a0` : text;
}
