import { waitFor } from '../support/wait-for.js';
import type { Fault, Scene } from './drill.js';
import { isRefused } from './history.js';
import type { House } from './house.js';
import { LAG_BOUND_MS } from './promise.js';
import { SLOW_LINK_FAULTS } from './slow-link-faults.js';

/** What can happen between an instance and Redis. */
export const NETWORK_FAULTS: readonly Fault<House>[] = [
  {
    name: 'black-holed link of one instance',
    play: async ({ house: { links }, load }) => {
      await links[0]!.blackhole();
      await load.lasts(3000);
      await links[0]!.pass();
      return performance.now();
    },
  },
  { name: 'black-holed links of all instances but one', play: leaveOneConnected },
  {
    name: 'black-holed links of all instances',
    play: async ({ house: { links }, load }) => {
      await Promise.all(links.map((link) => link.blackhole()));
      await load.lasts(3000);
      await Promise.all(links.map((link) => link.pass()));
      return performance.now();
    },
  },
  {
    name: 'links of 2 s latency',
    play: async ({ house: { links }, load }) => {
      await Promise.all(links.map((link) => link.delay(2000)));
      await load.lasts(3000);
      await Promise.all(links.map((link) => link.pass()));
      return performance.now();
    },
  },
  ...SLOW_LINK_FAULTS,
];

/** Each instance in turn is the only one that can tell Redis what ended on the others. */
async function leaveOneConnected({ house, load, client, witness }: Scene<House>): Promise<number> {
  const { instances, links } = house;
  for (const connected of instances) {
    const session = await witness();
    await client.read(connected, session);
    const others = links.filter((_, number) => number !== connected.number);
    await Promise.all(others.map((link) => link.blackhole()));
    const cutOff = instances.find((instance) => instance !== connected)!;
    await client.logout(cutOff, session);
    await waitFor(async () => isRefused(await client.read(connected, session)), {
      what: 'the connected instance to hear of the logout',
      timeoutMs: LAG_BOUND_MS,
    });
    await load.lasts(300);
    await Promise.all(others.map((link) => link.pass()));
    await house.recovered();
  }
  return performance.now();
}
