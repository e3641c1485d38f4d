import Bowser from 'bowser';

/** What a session's user agent says of the device; it may lie, and is for people to recognise their devices by. */
export interface Device {
  /** Browser or program, such as `Firefox 132`. */
  readonly browser: string | null;
  /** Such as `Windows 11` or `iOS 17.5`. */
  readonly os: string | null;
  readonly kind: 'desktop' | 'mobile' | 'tablet' | 'tv' | 'bot' | 'unknown';
}

const KINDS = new Set<string>(['desktop', 'mobile', 'tablet', 'tv', 'bot']);

export function describeDevice(userAgent: string | null): Device {
  if (!userAgent) return { browser: null, os: null, kind: 'unknown' };
  const { browser, os, platform } = Bowser.parse(userAgent);
  const kind = platform.type ?? 'unknown';
  return {
    browser: named(browser.name, browser.version?.split('.')[0]) ?? programOf(userAgent),
    os: named(os.name, os.version),
    kind: KINDS.has(kind) ? (kind as Device['kind']) : 'unknown',
  };
}

function named(name: string | undefined, version: string | undefined): string | null {
  return name ? [name, version].filter(Boolean).join(' ') : null;
}

/** Programs name themselves first: `curl/8.14.1` (RFC 9110 §10.1.5). */
function programOf(userAgent: string): string | null {
  const match = /^([\w!#$%&'*+.^`|~-]{1,64})\/(\d+)/.exec(userAgent);
  return match ? `${match[1]} ${match[2]}` : null;
}
