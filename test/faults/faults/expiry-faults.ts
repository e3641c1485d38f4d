import { waitFor } from '../../support/wait-for.js';
import { isAccepted } from '../checker/history.js';
import type { Fault } from '../run-fault.js';

const SESSIONS = 8;
const LIFE_SECONDS = 3;
const AFTERWARDS_MS = 1500;

/** No fault at all: access tokens that expire while they are presented. */
export const tokensExpire: Fault = {
  name: 'access tokens expire while they are presented',
  run: async ({ deployment: { instances }, client, newSessions }) => {
    const sessions = await newSessions(SESSIONS, LIFE_SECONDS);
    const last = Math.max(...sessions.map(({ accessExpiresAt }) => accessExpiresAt));
    const first = await Promise.all(sessions.map((session) => client.read(instances[0]!, session)));
    expect(first.every(isAccepted)).toBe(true);
    const isOver = waitFor(() => performance.now() > last + AFTERWARDS_MS, {
      what: 'the tokens to be expired for a while',
      intervalMs: 50,
    });
    await client.presentUntil(isOver, instances, sessions);
    return performance.now();
  },
};
