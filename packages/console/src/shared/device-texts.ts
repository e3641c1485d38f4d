import type { SessionDto } from '@ergodrive/client';
import { t } from './language.js';

/** What its owner calls the device, or what its user agent says. */
export function deviceName({ device_name: name, device }: SessionDto): string {
  return name ?? describe(device.browser, device.os);
}

export function describe(browser: string | null, os: string | null): string {
  if (browser !== null && os !== null) return t('devices.browser_on', { browser, os });
  return browser ?? os ?? t('devices.unknown');
}

/** The network of a login. Where an address is in the world is not guessed. */
export function place({ ip }: SessionDto, current: SessionDto | undefined): string {
  if (ip === null) return t('devices.no_place');
  const network = networkOf(ip);
  const own = current?.ip ?? undefined;
  if (own !== undefined && networkOf(own) === network) return t('devices.same_network', { network });
  return network;
}

/** The first 64 bits of an IPv6 address are those of one household; an IPv4 address is one. */
function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip;
  const [head = '', tail] = ip.split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - last.length;
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...last];
  return `${all.slice(0, 4).join(':')}::/64`;
}
