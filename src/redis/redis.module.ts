import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { RedisTarget } from '../config/redis-url.js';
import { RedisCluster } from './cluster/redis-cluster.js';
import { Readiness } from './readiness.js';
import { RedisConnection } from './redis-connection.js';
import { RedisServers, SingleRedis } from './redis-servers.js';

/** The Redis that `REDIS_URL` names, and whether it is ready. Without it `RedisServers` is `undefined`, and the memory of this process is meant. */
@Global()
@Module({
  providers: [
    {
      provide: Readiness,
      inject: [AppConfig],
      useFactory: ({ cache }: AppConfig) => new Readiness(nameOf(cache.redis)),
    },
    {
      provide: RedisServers,
      inject: [AppConfig, Readiness],
      useFactory: ({ cache }: AppConfig, readiness: Readiness) =>
        cache.redis && connectTo(cache.redis, cache.deadlineMs, readiness),
    },
  ],
  exports: [Readiness, RedisServers],
})
export class RedisModule {}

function nameOf(target: RedisTarget | undefined): string {
  if (target === undefined) return 'In-memory cache';
  return target.isCluster ? 'Redis Cluster' : 'Redis';
}

function connectTo(target: RedisTarget, deadlineMs: number, readiness: Readiness): RedisServers {
  if (target.isCluster) return new RedisCluster(target, deadlineMs, readiness);
  return new SingleRedis(new RedisConnection(target, deadlineMs, readiness));
}
