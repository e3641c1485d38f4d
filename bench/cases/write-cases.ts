import { runToEnd } from '../load/closed-loop.js';
import { type ConnectionScript, type LoadScript, readRequests, readScript } from '../load/script.js';
import { type BenchSession, type BenchUser, expectedBody, PASSWORD } from '../population/bench-user.js';
import type { BenchContext } from './bench-context.js';
import { RequestSequence, type Tokens } from './request-sequence.js';

export type WriteKey = 'login' | 'refresh' | 'logout' | 'mixed';

export interface WriteCase {
  readonly key: WriteKey;
  readonly title: string;
  /** The load of one round. Its sessions are new, and its users follow those of the last round. */
  script(context: BenchContext): LoadScript | Promise<LoadScript>;
}

const ME = '/api/v1/users/me';
const LOGIN = '/api/v1/auth/login/json';
const REFRESH = '/api/v1/auth/refresh';
const LOGOUT = '/api/v1/auth/logout';
const LOGGED_OUT = JSON.stringify({
  message: 'Successfully logged out',
  detail: 'Token has been revoked and cache cleared',
});
/** Of 30 requests, 27 are reads; the others are a login, a refresh and a logout. */
const READS_BEFORE_REFRESH = 14;
const READS_BEFORE_LOGOUT = 13;
/** More logins than one connection can complete in a round. */
const LOGINS_PER_CONNECTION = 100;

export const WRITE_CASES: readonly WriteCase[] = [
  {
    key: 'login',
    title: 'login',
    script: (context) => ({ connections: loginScripts(context, context.plan.connections), once: false }),
  },
  {
    key: 'refresh',
    title: 'refresh',
    script: (context) => onePerConnection(context, (session) => refreshes(context, session)),
  },
  { key: 'logout', title: 'logout', script: logouts },
  {
    key: 'mixed',
    title: '90 % reads, 10 % logins, refreshes, logouts',
    script: (context) => onePerConnection(context, ({ user }) => mixed(user)),
  },
];

/** On each connection, one user logs in after the other. */
export function loginScripts({ population }: BenchContext, connections: number): ConnectionScript[] {
  return Array.from({ length: connections }, () => {
    const sequence = new RequestSequence();
    for (const user of population.nextUsers(LOGINS_PER_CONNECTION))
      sequence.addTokenRequest(
        LOGIN,
        () => credentials(user),
        () => undefined,
      );
    return sequence.script;
  });
}

async function onePerConnection(
  { plan, population }: BenchContext,
  build: (session: BenchSession) => RequestSequence,
): Promise<LoadScript> {
  const sessions = await population.createSessions(plan.connections);
  return { connections: sessions.map((session) => build(session).script), once: false };
}

function refreshes({ stack }: BenchContext, session: BenchSession): RequestSequence {
  let token = stack.tokens.refresh(session);
  return new RequestSequence().addTokenRequest(
    REFRESH,
    () => ({ refresh_token: token }),
    ({ refresh }) => (token = refresh),
  );
}

/** Each session logs out once. The cache holds all of them, because clients usually send requests before they log out. */
async function logouts({ plan, population, server, stack }: BenchContext): Promise<LoadScript> {
  const sessions = await population.createSessions(plan.logouts);
  await runToEnd(server, readScript(readRequests(ME, sessions, stack.tokens), plan.connections, true));
  const sequences = Array.from({ length: plan.connections }, () => new RequestSequence());
  sessions.forEach((session, index) => {
    const token = stack.tokens.access(session);
    sequences[index % sequences.length]?.addAuthorized('POST', LOGOUT, () => token, LOGGED_OUT);
  });
  return { connections: sequences.map(({ script }) => script), once: true };
}

function mixed(user: BenchUser): RequestSequence {
  let tokens: Tokens = { access: '', refresh: '' };
  const keep = (next: Tokens) => (tokens = next);
  const access = () => tokens.access;
  const sequence = new RequestSequence();
  const addReads = (count: number) => {
    for (let read = 0; read < count; read += 1) sequence.addAuthorized('GET', ME, access, expectedBody(user));
  };
  sequence.addTokenRequest(LOGIN, () => credentials(user), keep);
  addReads(READS_BEFORE_REFRESH);
  sequence.addTokenRequest(REFRESH, () => ({ refresh_token: tokens.refresh }), keep);
  addReads(READS_BEFORE_LOGOUT);
  return sequence.addAuthorized('POST', LOGOUT, access, LOGGED_OUT);
}

function credentials({ email }: BenchUser): object {
  return { email, password: PASSWORD };
}
