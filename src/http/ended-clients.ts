import { newCounter } from '../common/metrics.js';

const REASONS = ['body', 'pipeline', 'poll', 'channel'] as const;

const ended = newCounter(
  'ergodrive_clients_ended_total',
  'Connections and requests that this instance ended because of what they held of its memory, by what that was',
  ['reason'],
);
for (const reason of REASONS) ended.inc({ reason }, 0);

/**
 * Counts a client that was ended: for the body that it did not finish while others needed the memory, for requests that it sent without
 * waiting for answers, or for an answer of the feed or messages of a live channel that it did not read.
 */
export function countEnded(reason: (typeof REASONS)[number]): void {
  ended.inc({ reason });
}
