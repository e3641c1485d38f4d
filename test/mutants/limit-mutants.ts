import type { Mutant } from './mutant.js';

const ATTEMPTS = 'src/auth/attempt-limits.service.ts';
const ATTEMPTS_SPEC = ['test/integration/attempt-limits.spec.ts'] as const;
const LIMITER = 'src/limits/limiter.ts';
const SHARED_SPEC = ['test/integration/shared-limits.spec.ts'] as const;
const SLOW_SPEC = ['test/integration/slow-redis.spec.ts'] as const;
const QUEUE = 'src/users/hash-queue.ts';
const QUEUE_SPEC = ['src/users/hash-queue.spec.ts'] as const;

/** Limits on attempts, and the queue of the password hashes. */
export const LIMIT_MUTANTS: readonly Mutant[] = [
  {
    name: 'failed logins are not limited for each network',
    file: ATTEMPTS,
    text: '{ limiter: this.ofNetwork, key: network, isForStrangers: true },',
    replacement: '',
    specs: ATTEMPTS_SPEC,
    test: 'after a hundred failures from one address',
  },
  {
    name: 'failed logins are not limited for each account and network',
    file: ATTEMPTS,
    text: '{ limiter: this.ofAccountAndNetwork, key: `${network} ${account}`, isForStrangers: false },',
    replacement: '',
    specs: ATTEMPTS_SPEC,
    test: 'after ten failures of one account from one address',
  },
  {
    name: 'failed logins are not limited for each account',
    file: ATTEMPTS,
    text: '{ limiter: this.ofAccount, key: account, isForStrangers: true },',
    replacement: '',
    specs: ATTEMPTS_SPEC,
    test: 'after a hundred failures of one account',
  },
  {
    name: 'registrations are not limited',
    file: 'src/auth/auth.service.ts',
    text: 'await this.limits.register(by.ip, by.redisWaits);',
    replacement: '',
    specs: ATTEMPTS_SPEC,
    test: 'to register are limited',
  },
  {
    name: 'each IPv6 address is a network',
    file: 'src/common/network.ts',
    text: '.slice(0, IPV6_PREFIX / GROUP_BITS)',
    replacement: '',
    specs: ATTEMPTS_SPEC,
    test: 'for an IPv6 /64',
  },
  {
    name: 'strangers lock an owner out',
    file: ATTEMPTS,
    text: 'if (!claim.isForStrangers || !(known ??= (await isKnown?.()) ?? false))',
    replacement: '',
    specs: ATTEMPTS_SPEC,
    test: 'who shares the address',
  },
  {
    name: 'everybody counts as known',
    file: 'src/sessions/login-history.service.ts',
    text: 'return rows.some((row) => isSameNetwork(row.ip, ip));',
    replacement: 'return rows.length >= 0;',
    specs: ATTEMPTS_SPEC,
    test: 'after a hundred failures',
  },
  {
    name: 'PostgreSQL does not count',
    file: LIMITER,
    text: 'await this.postgres.consume(key);',
    replacement: '',
    specs: SHARED_SPEC,
    test: 'while Redis is down',
  },
  {
    name: 'Redis does not count',
    file: LIMITER,
    text: 'await this.onRedis((counts) => counts.consume(key), waits);',
    replacement: '',
    specs: SHARED_SPEC,
    test: 'PostgreSQL loses its counts',
  },
  {
    name: 'an outage of Redis refuses attempts',
    file: LIMITER,
    text: 'change(this.redis).catch(ignoreOutage)',
    replacement: 'change(this.redis)',
    specs: SHARED_SPEC,
    test: 'while Redis is down',
  },
  {
    name: 'hashes are served in the order of their arrival, whoever sends them',
    file: QUEUE,
    text: '    this.lanes.delete(network);\n',
    replacement: '    if (lane.length === 0) this.lanes.delete(network);\n',
    specs: QUEUE_SPEC,
    test: 'take turns',
  },
  {
    name: 'refreshes are not limited',
    file: 'src/auth/auth.service.ts',
    text: 'await this.limits.refresh(sid, by.redisWaits);',
    replacement: '',
    specs: ATTEMPTS_SPEC,
    test: 'to refresh are limited',
  },
  {
    name: 'each wait for Redis has the whole limit',
    file: 'src/common/redis-waits.ts',
    text: 'return limitMs - this.spentMs - runningMs;',
    replacement: 'return limitMs - runningMs;',
    specs: ['src/common/redis-waits.spec.ts'],
  },
  {
    name: 'a route has a limit of its own for its waits, beside that of its guard',
    file: 'src/http/request-context.decorators.ts',
    text: '(request as WaitingRequest).redisWaits ??=',
    replacement: '(request as WaitingRequest).redisWaits =',
    specs: SLOW_SPEC,
    test: 'with a token and a limit',
  },
  {
    name: 'a request that misses the cache waits for a lease beyond its limit',
    file: 'src/cache/user-cache.service.ts',
    text: 'return asked && waits.wait(asked, this.waitLimitMs);',
    replacement: 'return asked;',
    specs: ['src/cache/user-cache.service.spec.ts'],
    test: 'waits for leave to fill',
  },
  {
    name: 'a login waits for each count on Redis',
    file: LIMITER,
    text: 'await waits.wait(change(this.redis).catch(ignoreOutage), this.waitLimitMs);',
    replacement: 'await change(this.redis).catch(ignoreOutage);',
    specs: SLOW_SPEC,
    test: 'to log in',
  },
];
