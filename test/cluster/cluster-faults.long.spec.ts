import { describeFaults, TIMEOUT_MS } from '../faults/fault-suite.js';
import { createUsers, openSessions } from '../faults/load/population.js';
import { waitFor } from '../support/wait-for.js';
import { ClusterDeployment } from './cluster-deployment.js';
import { CLUSTER_FAULTS } from './cluster-faults.js';
import { SLOT_MOVE_FAULTS } from './slot-move-faults.js';

interface Health {
  status: string;
  redis: { status: string; redis_version: string };
  cache: { reason?: string; memory_used: string };
}

interface Stats {
  status: string;
  reason?: string;
  cached_users: number;
}

const PATIENCE = { timeoutMs: 30_000, intervalMs: 50 };

describeFaults({
  title: 'two instances on a Redis Cluster',
  start: () => ClusterDeployment.start(),
  // Those of moves find each shard with its first master.
  faults: [...SLOT_MOVE_FAULTS, ...CLUSTER_FAULTS],
  more: (deployment) => {
    it(
      'show and clear all shards together, and say which shard is not used',
      async () => {
        const { instances, database, cluster } = deployment();
        const { client } = instances[0]!;
        const sessions = await openSessions(database.url, await createUsers(database.url, 12, 'admin'), 1);
        for (const { access } of sessions) await client.get('/api/v1/users/me', { token: access });
        const admin = client.as(sessions[0]!.access);
        const stats = async () => (await admin.get<Stats>('/api/v1/cache/stats')).body;
        await waitFor(async () => (await stats()).cached_users >= 12, { what: 'the count', ...PATIENCE });
        const health = async () => (await client.get<Health>('/health')).body;
        expect(await health()).toMatchObject({
          status: 'healthy',
          redis: { status: 'connected', redis_version: expect.stringMatching(/^\d+\./) },
          cache: { memory_used: expect.stringMatching(/^\d+\.\d\d[KMG]$/) },
        });
        const metrics = async () => (await client.get<string>('/metrics')).body;
        expect(await metrics()).toContain('ergodrive_cache_complete 1');
        const removed = await admin.delete<{ removed: number }>('/api/v1/cache');
        expect(removed.status).toBe(200);
        expect(removed.body.removed).toBeGreaterThanOrEqual(12);

        const [frozen] = await cluster.masters();
        frozen!.freeze();
        await waitFor(async () => (await health()).status === 'degraded', {
          what: 'the reason',
          ...PATIENCE,
        });
        expect(await stats()).toMatchObject({
          status: 'available',
          reason: expect.stringContaining(`127.0.0.1:${frozen!.port}`),
        });
        expect(await metrics()).toContain('ergodrive_cache_complete 0');
        expect(await admin.delete('/api/v1/cache')).toMatchObject({ status: 503 });
      },
      TIMEOUT_MS,
    );
  },
});
