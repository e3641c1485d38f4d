import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../service/service-client.js';
import { describe, formatMs, isRevoked, type Observation, PromiseBroken } from './observation.js';

/** An instance that shows the old state for longer is not waited for. It is twice as long as any delay that the README names. */
const GIVE_UP_MS = 4000;
const PAUSE_MS = 5;

export type State = 'old' | 'new' | 'other';

/** How an access token was answered, of which the session has ended. */
export const ofRevocation = (answer: Answer<unknown>): State =>
  answer.status === 200 ? 'old' : isRevoked(answer) ? 'new' : 'other';

/**
 * Asks until the new state is seen. The promise is that the first request that is sent after the answer to the change sees it.
 * @param since when the answer to the change was complete, by `performance.now()`
 * @throws PromiseBroken when any request saw the old state, or got an answer of neither state
 */
export async function measureStaleness(
  send: () => Promise<Answer<unknown>>,
  stateOf: (answer: Answer<unknown>) => State,
  since: number,
): Promise<Observation> {
  for (let olds = 0; ; olds += 1) {
    const answer = await send();
    const state = stateOf(answer);
    const ms = answer.sentAt + answer.ms - since;
    const stalenessMs = olds === 0 ? 0 : answer.sentAt - since;
    if (state === 'other') throw new PromiseBroken(`was answered with ${describe(answer)}`, { ms });
    if (state === 'new') {
      if (olds === 0) return { ms, stalenessMs };
      throw new PromiseBroken(
        `${counted(olds)} saw the old state, until ${formatMs(stalenessMs)} ms after it`,
        {
          ms,
          stalenessMs,
        },
      );
    }
    if (ms > GIVE_UP_MS)
      throw new PromiseBroken(
        `${counted(olds + 1)} saw the old state, the last ${formatMs(ms)} ms after it`,
        {
          ms,
          stalenessMs: ms,
        },
      );
    await sleep(PAUSE_MS);
  }
}

const counted = (requests: number) => `${requests} request${requests === 1 ? '' : 's'}`;
