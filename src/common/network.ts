import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Prefix length, in bits, of the network that one IPv6 subscriber has (RFC 6177): hosts change addresses within it. */
const IPV6_PREFIX = 64;
const IPV4_BYTES = 4;
/**
 * Ranges whose addresses have an IPv4 address in their last 32 bits: mapped (RFC 4291 §2.5.5.2), behind a NAT64 with the well-known prefix
 * (RFC 6052 §2.1), and translated (RFC 7915). Else all clients of such a translator would share one /64.
 */
const WITH_IPV4 = ['ipv4Mapped', 'rfc6052', 'rfc6145'];

const WITH_PORT = /^(?:\[(.+)\]|([\d.]+))(?::\d+)?$/;

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** The IP address in one spelling, without a port, or `null` for text that is none: proxies pass on what clients claim. */
export function addressOf(text: string): string | null {
  const [, ipv6, ipv4] = WITH_PORT.exec(text) ?? [];
  return parse(ipv6 ?? ipv4 ?? text)?.toString() ?? null;
}

/** Whether two IP addresses belong to the same {@link networkOf network}. Text that is not an IP address belongs to none. */
export function isSameNetwork(one: string | null, other: string | null): boolean {
  return parse(one) !== undefined && networkOf(one) === networkOf(other);
}

/**
 * The network of an IP address, for counts and limits: the address itself for IPv4, the first 64 bits for IPv6. All text that is no
 * IP address shares one network.
 */
export function networkOf(ip: string | null): string {
  const address = parse(ip);
  if (address === undefined) return 'unknown';
  if (address instanceof ipaddr.IPv4) return address.toString();
  const network = address.toByteArray().fill(0, IPV6_PREFIX / 8);
  return `${new ipaddr.IPv6(network).toString()}/${IPV6_PREFIX}`;
}

/** An address without a zone. */
function parse(text: string | null): Address | undefined {
  const [address = ''] = text?.split('%') ?? [];
  // The library also reads spellings that few systems know, such as 0x7f.1.
  if (isIP(address) === 0) return undefined;
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv4 || !WITH_IPV4.includes(parsed.range())) return parsed;
  return new ipaddr.IPv4(parsed.toByteArray().slice(-IPV4_BYTES));
}
