import type { Fault, FaultContext } from '../run-fault.js';
import type { Deployment } from '../deployment/deployment.js';
import { SLOW_LINK_FAULTS } from './slow-link-faults.js';

/** What can happen between an instance and Redis. */
export const NETWORK_FAULTS: readonly Fault<Deployment>[] = [
  {
    name: 'black-holed link of one instance to Redis',
    run: async ({ deployment: { links }, load }) => {
      await links[0]!.blackhole();
      await load.continueFor(3000);
      await links[0]!.pass();
      return performance.now();
    },
  },
  { name: 'black-holed links of all instances but one to Redis', run: leaveOneConnected },
  {
    name: 'black-holed links of all instances to Redis',
    run: async ({ deployment: { links }, load }) => {
      await Promise.all(links.map((link) => link.blackhole()));
      await load.continueFor(3000);
      await Promise.all(links.map((link) => link.pass()));
      return performance.now();
    },
  },
  {
    name: 'links to Redis with a latency of 2 s',
    run: async ({ deployment: { links }, load }) => {
      await Promise.all(links.map((link) => link.delay(2000)));
      await load.continueFor(3000);
      await Promise.all(links.map((link) => link.pass()));
      return performance.now();
    },
  },
  ...SLOW_LINK_FAULTS,
];

/** Each instance in turn is the only one that can delete from Redis what ended on the others. */
async function leaveOneConnected({
  deployment,
  load,
  client,
  newSession,
}: FaultContext<Deployment>): Promise<number> {
  const { instances, links } = deployment;
  for (const connected of instances) {
    const session = await newSession();
    await client.read(connected, session);
    const others = links.filter((_, number) => number !== connected.number);
    await Promise.all(others.map((link) => link.blackhole()));
    const cutOff = instances.find((instance) => instance !== connected)!;
    await client.logout(cutOff, session);
    await client.read(connected, session);
    await load.continueFor(300);
    await Promise.all(others.map((link) => link.pass()));
    await deployment.recovered();
  }
  return performance.now();
}
