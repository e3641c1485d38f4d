import { describeDevice } from '../sessions/device.js';

/** Names such as `Firefox 132` and `macOS 14.5`: no dot but in a version, so that no mail program makes a link of one. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ()+_-]{0,39}( [\d.]{1,20})?$/u;

/** The device in one short line. A stranger writes the user agent: what is no plain name is left out. @returns `?` when nothing is left */
export function deviceLine(userAgent: string | null): string {
  const { browser, os } = describeDevice(userAgent);
  const names = [browser, os].filter((name) => name !== null && NAME.test(name));
  return names.join(', ') || '?';
}
