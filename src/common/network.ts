import { BlockList, isIPv4, isIPv6, SocketAddress } from 'node:net';

/** Prefix length, in bits, of the network that one IPv6 subscriber has (RFC 6177): hosts change addresses within it. */
const IPV6_PREFIX = 64;
/** An IPv6 address is spelled in groups. */
const GROUPS = 8;
const GROUP_BITS = 16;
const MAPPED_IPV4 = /^::ffff:([\d.]+)$/;

const WITH_PORT = /^(?:\[(.+)\]|([\d.]+))(?::\d+)?$/;

/** The IP address in one spelling, without a port, or `null` for text that is none: proxies pass on what clients claim. */
export function addressOf(text: string): string | null {
  const [, ipv6, ipv4] = WITH_PORT.exec(text) ?? [];
  return canonical(ipv6 ?? ipv4 ?? text) ?? null;
}

/**
 * Whether two IP addresses belong to the same network: the same address for IPv4, the same /64 for IPv6. An
 * IPv4-mapped IPv6 address counts as IPv4. Text that is no IP address belongs to no network.
 */
export function isSameNetwork(one: string | null, other: string | null): boolean {
  const [first, second] = [canonical(one), canonical(other)];
  if (first === undefined || second === undefined) return false;
  if (first === second) return true;
  if (isIPv4(first) || isIPv4(second)) return false;
  const network = new BlockList();
  network.addSubnet(first, IPV6_PREFIX, 'ipv6');
  return network.check(second, 'ipv6');
}

/**
 * The network of an IP address, for counts and limits: the address itself for IPv4, the first 64 bits for IPv6. All text that is no
 * IP address shares one network.
 */
export function networkOf(ip: string | null): string {
  const address = canonical(ip);
  if (address === undefined) return 'unknown';
  if (isIPv4(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':');
  const end = tail === undefined ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, GROUPS - groups.length - end.length)).fill('0');
  const first = [...groups, ...zeros, ...end].slice(0, IPV6_PREFIX / GROUP_BITS);
  return `${first.map((group) => group || '0').join(':')}::/${IPV6_PREFIX}`;
}

/** One spelling for each address, without a zone. */
function canonical(text: string | null): string | undefined {
  const [address = ''] = text?.split('%') ?? [];
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return undefined;
  const { address: spelled } = new SocketAddress({ address, family: 'ipv6' });
  return MAPPED_IPV4.exec(spelled)?.[1] ?? spelled;
}
