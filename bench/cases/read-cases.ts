import { inLanes, type ReadRequest, readRequests } from '../load/script.js';
import { saturate } from '../load/saturation.js';
import { person } from '../population/person.js';
import { firstSeats, type World } from './world.js';

export type ReadKey = 'open' | 'guarded' | 'warm' | 'cold' | 'down' | 'tutorial' | 'database';

/** A way to protect (or not) a route that answers with the caller's account. */
export interface ReadCase {
  readonly key: ReadKey;
  readonly title: string;
  readonly path: string;
  /** Whether it must refuse requests without a good token. */
  readonly isProtected: boolean;
  /** Who must have judged every token; `undefined` where the product judges none. */
  readonly judge?: 'cache' | 'database';
  /** Each user is asked for once a round. */
  readonly once?: boolean;
  requests(world: World): ReadRequest[];
  prepare?(world: World): Promise<void>;
  restore?(world: World): Promise<void>;
}

/** @throws RangeError when there is no such case */
export function readCase(key: ReadKey): ReadCase {
  const found = READ_CASES.find((each) => each.key === key);
  if (found === undefined) throw new RangeError(`no case ${key}`);
  return found;
}

const ME = '/api/v1/users/me';
const TUTORIAL = '/bench/tutorial';
const DATABASE = '/bench/database';

const warmRequests =
  (path: string) =>
  ({ plan, stack }: World): ReadRequest[] =>
    readRequests(path, firstSeats(plan.warmUsers), stack.tokens);

const unguardedRequests =
  (path: string) =>
  ({ plan, stack }: World): ReadRequest[] =>
    readRequests(path, firstSeats(plan.warmUsers), stack.tokens, person(0));

/** Asks for each user once, so that whatever caches there are know them. */
const prime =
  (path: string) =>
  async (world: World): Promise<void> => {
    const requests = warmRequests(path)(world);
    await saturate(world.server, inLanes(requests, world.plan.connections, true), {
      settleMs: 0,
      measureMs: 0,
    });
  };

export const READ_CASES: readonly ReadCase[] = [
  {
    key: 'open',
    title: 'open route',
    path: '/bench/open',
    isProtected: false,
    requests: unguardedRequests('/bench/open'),
  },
  {
    key: 'guarded',
    title: 'do-nothing guard',
    path: '/bench/guarded',
    isProtected: false,
    requests: unguardedRequests('/bench/guarded'),
  },
  {
    key: 'warm',
    title: 'users/me, warm',
    path: ME,
    isProtected: true,
    judge: 'cache',
    requests: warmRequests(ME),
    prepare: prime(ME),
  },
  {
    key: 'cold',
    title: 'users/me, cold cache',
    path: ME,
    isProtected: true,
    judge: 'database',
    once: true,
    requests: ({ plan, stack }) => readRequests(ME, firstSeats(plan.coldUsers), stack.tokens),
    prepare: async ({ stack }) => {
      await stack.redis.cli('FLUSHDB');
    },
  },
  {
    key: 'down',
    title: 'users/me, Redis down',
    path: ME,
    isProtected: true,
    judge: 'database',
    requests: warmRequests(ME),
    prepare: ({ stack, server }) => stack.stopRedis(server),
    restore: ({ stack, server }) => stack.restartRedis(server),
  },
  {
    key: 'tutorial',
    title: 'tutorial way',
    path: TUTORIAL,
    isProtected: true,
    requests: warmRequests(TUTORIAL),
    prepare: prime(TUTORIAL),
  },
  {
    key: 'database',
    title: 'database read per request',
    path: DATABASE,
    isProtected: true,
    requests: warmRequests(DATABASE),
  },
];
