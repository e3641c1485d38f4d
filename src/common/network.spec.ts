import { addressOf, isSameNetwork, networkOf } from './network.js';

describe('addressOf', () => {
  it.each([
    ['an IPv4 address', '203.0.113.7', '203.0.113.7'],
    ['an IPv4 address with a port', '203.0.113.7:4711', '203.0.113.7'],
    ['an IPv6 address in brackets, with a port', '[2001:DB8::1]:4711', '2001:db8::1'],
    ['an IPv6 address', '2001:db8:0:0:0:0:0:1', '2001:db8::1'],
    ['a mapped IPv4 address', '::ffff:203.0.113.7', '203.0.113.7'],
    ['an IPv4 address behind a NAT64', '64:ff9b::cb00:7107', '203.0.113.7'],
    ['a translated IPv4 address', '::ffff:0:203.0.113.7', '203.0.113.7'],
    ['an IPv4 address in another spelling', '0x7f.1', null],
    ['text that is no address', 'unknown', null],
    ['a long text', '1'.repeat(8000), null],
    ['empty text', '', null],
  ])('reads %s', (_, text, address) => expect(addressOf(text)).toBe(address));
});

describe('isSameNetwork', () => {
  it.each([
    ['the same IPv4 address', '203.0.113.7', '203.0.113.7'],
    ['an IPv4 address and its mapped form', '203.0.113.7', '::ffff:203.0.113.7'],
    ['two spellings of a mapped address', '::ffff:cb00:7107', '203.0.113.7'],
    ['two addresses of one /64', '2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
    ['two spellings of an IPv6 address', '2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['a link-local address with and without its zone', 'fe80::1%eth0', 'fe80::1'],
  ])('is true for %s', (_, one, other) => {
    expect(isSameNetwork(one, other)).toBe(true);
    expect(isSameNetwork(other, one)).toBe(true);
  });

  it.each([
    ['neighbouring IPv4 addresses', '203.0.113.7', '203.0.113.8'],
    ['mapped addresses of one /64', '::ffff:203.0.113.7', '::ffff:203.0.113.8'],
    ['clients of one NAT64', '64:ff9b::203.0.113.7', '64:ff9b::203.0.113.8'],
    ['addresses of two /64', '2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['an IPv4 and an IPv6 address', '203.0.113.7', '2001:db8::1'],
    ['an unknown address', null, '203.0.113.7'],
    ['two unknown addresses', null, null],
    ['equal text that is no address', 'unknown', 'unknown'],
    ['empty text', '', ''],
  ])('is false for %s', (_, one, other) => {
    expect(isSameNetwork(one, other)).toBe(false);
    expect(isSameNetwork(other, one)).toBe(false);
  });
});

describe('networkOf', () => {
  it.each([
    ['an IPv4 address', '203.0.113.7', '203.0.113.7'],
    ['a mapped IPv4 address', '::ffff:203.0.113.7', '203.0.113.7'],
    ['an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['a shortened IPv6 address', '2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['an IPv6 address with zeros in its prefix', '2001:db8::3:4:5:6', '2001:db8::/64'],
    ['an IPv6 address with a zero at the end of its prefix', '2001:db8:1::1', '2001:db8:1::/64'],
    ['an IPv6 address that begins with zeros', '::1', '::/64'],
    ['the shortest IPv6 address', '::', '::/64'],
    ['no address', null, 'unknown'],
    ['text that is no address', 'unknown', 'unknown'],
  ])('finds the network of %s', (_, ip, network) => expect(networkOf(ip)).toBe(network));
});
