import { Deadline } from '../../common/deadline.js';
import type { RedisEndpoint, RedisTarget } from '../../config/redis-url.js';
import { type ClusterMaster, parseClusterSlots } from './cluster-slots.js';
import { buildClient } from '../redis-connection.js';

/**
 * Asks nodes, one after the other, which masters the cluster has. A replica may be asked too.
 * @param timeoutMs bound for each of them
 * @throws Error with the reason of the last one, when none of them knows
 */
export async function discoverMasters(
  target: RedisTarget,
  nodes: readonly RedisEndpoint[],
  timeoutMs: number,
): Promise<ClusterMaster[]> {
  let reason = 'no Redis host';
  for (const node of nodes) {
    try {
      const masters = await askNode(target, node, timeoutMs);
      if (masters.length > 0) return masters;
      reason = 'the cluster has no slots yet';
    } catch (error) {
      reason = error instanceof Error ? error.message || error.name : String(error);
    }
  }
  throw new Error(`no node of the cluster answers: ${reason}`);
}

async function askNode(
  target: RedisTarget,
  node: RedisEndpoint,
  timeoutMs: number,
): Promise<ClusterMaster[]> {
  const client = buildClient(target, node);
  client.on('error', () => undefined);
  const asked = client.connect().then(() => client.sendCommand(['CLUSTER', 'SLOTS']));
  try {
    const late = () => new Error(`no answer within ${timeoutMs} ms`);
    return parseClusterSlots(await new Deadline(timeoutMs).bound(asked, late), node);
  } finally {
    if (client.isOpen) client.destroy();
  }
}
