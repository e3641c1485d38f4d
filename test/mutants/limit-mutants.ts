import { type Mutant, mutantsOf } from './mutant.js';

const ATTEMPTS = 'src/auth/attempt-limits.ts';
const ATTEMPTS_SPEC = 'test/integration/attempt-limits.spec.ts';
const HTTP_SPEC = 'test/integration/attempts-over-http.spec.ts';
const DEVICES_SPEC = 'test/integration/known-devices.spec.ts';
const CLIENT_LIMITS_SPEC = 'test/integration/client-limits.spec.ts';
const LIMITER = 'src/limits/limiter.ts';
const SHARED_SPEC = 'test/integration/shared-limits.spec.ts';
const SLOW_SPEC = 'test/integration/slow-redis.spec.ts';

/** Limits on attempts, and the queue of the password hashes. */
export const LIMIT_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(ATTEMPTS, ATTEMPTS_SPEC)`
    failed logins are not limited for each network | after a hundred failures from one address
      - { limiter: this.ofNetwork, key: network, isForStrangers: true },
      +
    failed logins are not limited for each account and network
      | after ten failures of one account from one address
      - { limiter: this.ofAccountAndNetwork, key: \`\${network} \${account}\`, isCleared: true },
      +
    failed logins are not limited for each account | after a hundred failures of one account
      - { limiter: this.ofAccount, key: account, isForStrangers: true },
      +
    right logins are not limited | that succeed are limited
      - { limiter: this.ofLogins, key: account, isOfRight: true }
      + { limiter: this.ofLogins, key: account }
  `,
  ...mutantsOf('src/registration/registration.service.ts', HTTP_SPEC)`
    registrations are not limited | to register are limited
      - await this.attempts.register(by.ip, by.redisWaits);
      +
  `,
  ...mutantsOf('src/common/network.ts', ATTEMPTS_SPEC)`
    each IPv6 address is a network | for an IPv6 /64
      - .fill(0, IPV6_PREFIX / 8)
      +
  `,
  ...mutantsOf(ATTEMPTS, HTTP_SPEC)`
    strangers lock an owner out | who shares the address
      - return isRight || refusal === undefined ? checked : this.limiters.refuse(refusal);
      + return refusal === undefined ? checked : this.limiters.refuse(refusal);
    an address that has used up its failures tells who has an account | are answered alike
      - isRight: checked.isRight && isKnown };
      + isRight: isKnown };
    the checks behind a limit for strangers have no limit | are answered alike
      - { limiter: this.ofRefusedNetwork, key: network, isAfterRefusal: true },
      +
  `,
  ...mutantsOf('src/sessions/login-history.ts', ATTEMPTS_SPEC)`
    everybody counts as known | after a hundred failures
      - return row?.is_known === true;
      + return row?.is_known !== undefined;
  `,
  ...mutantsOf('src/sessions/login-history.ts', HTTP_SPEC)`
    a refusal of a login reads all sessions of the account | at the same cost
      - AND network_of(s.ip) = network_of($2)
      + AND network_of(s.ip) || '' = network_of($2)
  `,
  ...mutantsOf(ATTEMPTS, DEVICES_SPEC)`
    the devices of an account have no count together | on many devices
      - { limiter: this.ofDevices, key: account },
      +
  `,
  ...mutantsOf('src/auth/device-tokens.ts', DEVICES_SPEC)`
    a device token outlives the password | once the password has changed
      - return passwordHash !== null && device.passwordDigest === digestOfHash(passwordHash);
      + return device.passwordDigest !== passwordHash;
  `,
  ...mutantsOf(ATTEMPTS, CLIENT_LIMITS_SPEC)`
    refreshes by others use up the count of an OAuth client | are not used up by others
      - clientId === null ? sessionId : \`\${sessionId} \${clientId}\`
      + sessionId
  `,
  ...mutantsOf('src/sessions/session-rotation.service.ts', CLIENT_LIMITS_SPEC)`
    an old refresh token of an OAuth client is refused without an audit event | are not used up by others
      - await this.note('session.refresh_refused', row.user_id, presented, by);
      +
  `,
  ...mutantsOf('src/users/me.controller.ts', HTTP_SPEC)`
    changes of a profile are not limited | to change the profile
      - await this.limiters.demand(this.changes, id, by.redisWaits);
      +
  `,
  ...mutantsOf('src/limits/redis-counts.ts', SHARED_SPEC)`
    a count that no window ends refuses attempts | that no window ends
      - local isOurs = left >= 0 and left <= tonumber(ARGV[2]) * 1000
      + local isOurs = true
  `,
  ...mutantsOf(LIMITER, SHARED_SPEC)`
    PostgreSQL does not count | while Redis is down
      - await this.postgres.consume(name);
      +
    Redis does not count | PostgreSQL loses its counts
      - await this.onRedis((counts) => counts.consume(name), waits);
      +
    an outage of Redis refuses attempts | while Redis is down
      - change(this.redis).catch(ignoreOutage)
      + change(this.redis)
  `,
  ...mutantsOf('src/users/hash-queue.ts', 'src/users/hash-queue.spec.ts')`
    hashes are served in the order of their arrival, whoever sends them | take turns
      -     this.lanes.delete(network);
      -
      +     if (lane.length === 0) this.lanes.delete(network);
      +
  `,
  ...mutantsOf('src/auth/auth.service.ts', HTTP_SPEC)`
    refreshes are not limited | to refresh are limited
      - await this.limits.refresh(sid, clientId, by.redisWaits);
      +
  `,
  ...mutantsOf('src/common/redis-waits.ts', 'src/common/redis-waits.spec.ts')`
    each wait for Redis has the whole limit
      - return limitMs - this.spentMs - runningMs;
      + return limitMs - runningMs;
  `,
  ...mutantsOf('src/http/request-context.decorators.ts', SLOW_SPEC)`
    a route has a limit of its own for its waits, beside that of its guard | with a token and a limit
      - (request as WaitingRequest).redisWaits ??=
      + (request as WaitingRequest).redisWaits =
  `,
  ...mutantsOf('src/cache/user-cache.service.ts', 'src/cache/user-cache.service.spec.ts')`
    a request that misses the cache waits for a lease beyond its limit | waits for leave to fill
      - return asked && waits.wait(asked, this.waitLimitMs);
      + return asked;
  `,
  ...mutantsOf(LIMITER, SLOW_SPEC)`
    a login waits for each count on Redis | to log in
      - await waits.wait(change(this.redis).catch(ignoreOutage), this.waitLimitMs);
      + await change(this.redis).catch(ignoreOutage);
  `,
];
