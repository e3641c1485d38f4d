import Bowser from 'bowser';

/** The device of a session, from its user agent. A user agent can be forged: the device helps people to recognise their sessions. */
export interface Device {
  /** Browser or program, such as `Firefox 132`. */
  readonly browser: string | null;
  /** Such as `macOS 14.5` or `iOS 17.5`. */
  readonly os: string | null;
  readonly kind: 'desktop' | 'mobile' | 'tablet' | 'tv' | 'bot' | 'unknown';
}

const KINDS = new Set<string>(['desktop', 'mobile', 'tablet', 'tv', 'bot']);

export function describeDevice(userAgent: string | null): Device {
  if (!userAgent) return { browser: null, os: null, kind: 'unknown' };
  const { browser, os, platform } = Bowser.parse(userAgent);
  const kind = platform.type ?? 'unknown';
  const program = userAgent.startsWith('Mozilla/') ? null : programOf(userAgent);
  return {
    browser: program ?? named(browser.name, browser.version?.split('.')[0]),
    os: named(os.name, nameOfVersion(os.version)),
    kind: KINDS.has(kind) ? (kind as Device['kind']) : 'unknown',
  };
}

/** Windows 10 and 11 both say `NT 10.0`, and nobody knows them by that. */
const nameOfVersion = (version: string | undefined) => (version?.startsWith('NT ') ? undefined : version);

function named(name: string | undefined, version: string | undefined): string | null {
  return name ? [name, version].filter(Boolean).join(' ') : null;
}

/** Programs name themselves first: `curl/8.14.1` (RFC 9110 §10.1.5). */
function programOf(userAgent: string): string | null {
  const match = /^([\w!#$%&'*+.^`|~-]{1,64})\/(\d+)/.exec(userAgent);
  return match ? `${match[1]} ${match[2]}` : null;
}
