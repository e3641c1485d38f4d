import { setTimeout as sleep } from 'node:timers/promises';
import { readAccount } from '../service/account.js';
import { NoAnswerError, type ServiceClient } from '../service/service-client.js';
import type { Pace } from './pace.js';
import type { Statistics } from './statistics.js';

/** A service that refuses connections does so at once: without a pause, a user would try thousands of times a second. */
const PAUSE_AFTER_FAILURE_MS = 100;

/** Reads the account of each token over and over, each token with one request at a time, until the pace ends. */
export async function sendLoad(
  client: ServiceClient,
  tokens: readonly string[],
  pace: Pace,
  statistics: Statistics,
): Promise<void> {
  await Promise.all(tokens.map((token) => sendOf(client, token, pace, statistics)));
}

async function sendOf(
  client: ServiceClient,
  token: string,
  pace: Pace,
  statistics: Statistics,
): Promise<void> {
  for (let dueAt = await pace.next(); dueAt !== undefined; dueAt = await pace.next()) {
    try {
      const answer = await readAccount(client, token);
      statistics.countAnswer(answer, answer.sentAt + answer.ms - dueAt);
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      statistics.countFailure(error.message);
      await sleep(PAUSE_AFTER_FAILURE_MS);
    }
  }
}
