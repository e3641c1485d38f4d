import { runToEnd } from '../load/closed-loop.js';
import { type ReadRequest, readRequests, readScript } from '../load/script.js';
import { benchUser, firstSessions } from '../population/bench-user.js';
import type { BenchContext } from './bench-context.js';

export type ReadKey = 'open' | 'guarded' | 'warm' | 'check' | 'cold' | 'down' | 'tutorial' | 'database';

/** A route that returns a user, with or without a guard. The gateway check returns no body. */
export interface ReadCase {
  readonly key: ReadKey;
  readonly title: string;
  readonly path: string;
  /** Whether the route must refuse requests without a valid token. */
  readonly isProtected: boolean;
  /** Where the product's verdicts must come from; `undefined` where the product gives no verdict. */
  readonly verdictSource?: 'cache' | 'database';
  /** A round requests each user once. */
  readonly once?: boolean;
  requests(context: BenchContext): ReadRequest[];
  prepare?(context: BenchContext): Promise<void>;
  restore?(context: BenchContext): Promise<void>;
}

/** @throws RangeError when there is no such case */
export function readCase(key: ReadKey): ReadCase {
  const found = READ_CASES.find((each) => each.key === key);
  if (found === undefined) throw new RangeError(`no case ${key}`);
  return found;
}

const ME = '/api/v1/users/me';
const CHECK = '/api/v1/auth/check';
const TUTORIAL = '/bench/tutorial';
const DATABASE = '/bench/database';

const warmRequests =
  (path: string) =>
  ({ plan, stack }: BenchContext): ReadRequest[] =>
    readRequests(path, firstSessions(plan.warmUsers), stack.tokens);

const unguardedRequests =
  (path: string) =>
  ({ plan, stack }: BenchContext): ReadRequest[] =>
    readRequests(path, firstSessions(plan.warmUsers), stack.tokens, benchUser(0));

/** Requests each user once, which fills the caches. */
const fillCaches =
  (path: string) =>
  async (context: BenchContext): Promise<void> => {
    const { plan, server } = context;
    await runToEnd(server, readScript(warmRequests(path)(context), plan.connections, true));
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
    verdictSource: 'cache',
    requests: warmRequests(ME),
    prepare: fillCaches(ME),
  },
  {
    key: 'check',
    title: 'gateway check, warm',
    path: CHECK,
    isProtected: true,
    verdictSource: 'cache',
    requests: (context) => warmRequests(CHECK)(context).map((request) => ({ ...request, expected: '' })),
    prepare: fillCaches(ME),
  },
  {
    key: 'cold',
    title: 'users/me, cold cache',
    path: ME,
    isProtected: true,
    verdictSource: 'database',
    once: true,
    requests: ({ plan, stack }) => readRequests(ME, firstSessions(plan.coldUsers), stack.tokens),
    prepare: async ({ stack }) => {
      await stack.redis.cli('FLUSHDB');
    },
  },
  {
    key: 'down',
    title: 'users/me, Redis down',
    path: ME,
    isProtected: true,
    verdictSource: 'database',
    requests: warmRequests(ME),
    prepare: ({ stack, server }) => stack.stopRedis(server),
    restore: ({ stack, server }) => stack.restartRedis(server),
  },
  {
    key: 'tutorial',
    title: 'tutorial setup',
    path: TUTORIAL,
    isProtected: true,
    requests: warmRequests(TUTORIAL),
    prepare: fillCaches(TUTORIAL),
  },
  {
    key: 'database',
    title: 'database read per request',
    path: DATABASE,
    isProtected: true,
    requests: warmRequests(DATABASE),
  },
];
