import { type ConnectionScript, inLanes, type LoadScript, readRequests } from '../load/script.js';
import { saturate } from '../load/saturation.js';
import { bodyOf, PASSWORD, type Person } from '../population/person.js';
import type { Seat } from '../population/population.js';
import { Exchange, type Tokens } from './exchange.js';
import type { World } from './world.js';

export type WriteKey = 'login' | 'refresh' | 'logout' | 'mixed';

export interface WriteCase {
  readonly key: WriteKey;
  readonly title: string;
  /** The load of one round, on users and sessions that no round before has used. */
  script(world: World): LoadScript | Promise<LoadScript>;
}

const ME = '/api/v1/users/me';
const LOGIN = '/api/v1/auth/login/json';
const REFRESH = '/api/v1/auth/refresh';
const LOGOUT = '/api/v1/auth/logout';
const LOGGED_OUT = JSON.stringify({
  message: 'Successfully logged out',
  detail: 'Token has been revoked and cache cleared',
});
/** Of 30 requests 27 read; the others are a login, a refresh and a logout. */
const READS_BEFORE_REFRESH = 14;
const READS_BEFORE_LOGOUT = 13;
/** More than a connection can log in before it begins anew. */
const PEOPLE_EACH = 100;

export const WRITE_CASES: readonly WriteCase[] = [
  {
    key: 'login',
    title: 'login',
    script: (world) => ({ connections: loggingIn(world, world.plan.connections), once: false }),
  },
  {
    key: 'refresh',
    title: 'refresh',
    script: (world) => perConnection(world, (seat) => refreshing(world, seat)),
  },
  { key: 'logout', title: 'logout', script: loggingOut },
  {
    key: 'mixed',
    title: '90 % reads, 10 % logins, refreshes, logouts',
    script: (world) => perConnection(world, ({ person }) => mixed(person)),
  },
];

async function perConnection(
  { plan, population }: World,
  build: (seat: Seat) => Exchange,
): Promise<LoadScript> {
  const seats = await population.freshSeats(plan.connections);
  return { connections: seats.map((seat) => build(seat).script), once: false };
}

/** So many connections, each of which logs in one person after the other. */
export function loggingIn({ population }: World, connections: number): ConnectionScript[] {
  return Array.from({ length: connections }, () => {
    const exchange = new Exchange();
    for (const person of population.nextPeople(PEOPLE_EACH))
      exchange.forTokens(
        LOGIN,
        () => credentials(person),
        () => undefined,
      );
    return exchange.script;
  });
}

function refreshing({ stack }: World, { person, session }: Seat): Exchange {
  let token = stack.tokens.refresh(person, session);
  return new Exchange().forTokens(
    REFRESH,
    () => ({ refresh_token: token }),
    ({ refresh }) => (token = refresh),
  );
}

/** Each session once, and the cache knows all of them: people log out where they have just been. */
async function loggingOut(world: World): Promise<LoadScript> {
  const { plan, population, server, stack } = world;
  const seats = await population.freshSeats(plan.logouts);
  const visits = inLanes(readRequests(ME, seats, stack.tokens), plan.connections, true);
  await saturate(server, visits, { settleMs: 0, measureMs: 0 });
  const lanes = Array.from({ length: plan.connections }, () => new Exchange());
  seats.forEach(({ person, session }, index) => {
    const token = stack.tokens.access(person, session);
    lanes[index % lanes.length]?.withToken(
      'POST',
      LOGOUT,
      () => token,
      () => LOGGED_OUT,
    );
  });
  return { connections: lanes.map(({ script }) => script), once: true };
}

function mixed(person: Person): Exchange {
  let tokens: Tokens = { access: '', refresh: '' };
  const take = (next: Tokens) => (tokens = next);
  const access = () => tokens.access;
  const exchange = new Exchange();
  const read = () => exchange.withToken('GET', ME, access, () => bodyOf(person));
  exchange.forTokens(LOGIN, () => credentials(person), take);
  for (let count = 0; count < READS_BEFORE_REFRESH; count += 1) read();
  exchange.forTokens(REFRESH, () => ({ refresh_token: tokens.refresh }), take);
  for (let count = 0; count < READS_BEFORE_LOGOUT; count += 1) read();
  return exchange.withToken('POST', LOGOUT, access, () => LOGGED_OUT);
}

function credentials({ email }: Person): object {
  return { email, password: PASSWORD };
}
