import { setTimeout as pause } from 'node:timers/promises';
import { summarise } from '../statistics/latencies.js';

/** A login of the system that is measured. */
export interface MeasuredSession {
  /** Whether a request with the credentials of this login is accepted. */
  isAccepted(): Promise<boolean>;
  /** Resolves with the answer to the logout. */
  logOut(): Promise<void>;
}

interface Measurement {
  /** Stands at the begin of the line. */
  name: string;
  logIn: () => Promise<MeasuredSession>;
  logouts?: number;
  /** How many sessions are logged out and asked about at the same time. */
  together?: number;
  /** Between two requests with the credentials of one session. */
  intervalMs?: number;
  giveUpAfterMs?: number;
}

/**
 * Prints how long the credentials of a session are accepted after the answer to its logout: until the last accepted request was sent,
 * 0 where none was accepted. Requests are sent one after the other, from the moment of the answer until one is refused.
 * @throws Error when a login is not accepted before its logout
 */
export async function printTimeToRefusal({
  name,
  logIn,
  logouts = 100,
  together = 1,
  intervalMs = 0,
  giveUpAfterMs = 10_000,
}: Measurement): Promise<void> {
  const acceptedMs: number[] = [];
  let unrefused = 0;
  const one = async () => {
    const session = await logIn();
    if (!(await session.isAccepted())) throw new Error(`${name}: a login was refused`);
    await session.logOut();
    const answeredAt = performance.now();
    let lastMs = 0;
    for (;;) {
      const sentMs = performance.now() - answeredAt;
      if (!(await session.isAccepted())) break;
      lastMs = sentMs;
      if (lastMs > giveUpAfterMs) {
        unrefused += 1;
        break;
      }
      if (intervalMs > 0) await pause(intervalMs);
    }
    acceptedMs.push(lastMs);
  };
  for (let done = 0; done < logouts; done += together)
    await Promise.all(Array.from({ length: Math.min(together, logouts - done) }, one));
  const { medianMs, p99Ms } = summarise(acceptedMs);
  const atOnce = acceptedMs.filter((ms) => ms === 0).length;
  console.log(
    `${name}: ${logouts} logouts, ${atOnce} refused at once, accepted for ms: ` +
      `median ${medianMs.toFixed(1)}, p99 ${p99Ms.toFixed(1)}, max ${Math.max(...acceptedMs).toFixed(1)}; ` +
      `${unrefused} not refused within ${giveUpAfterMs / 1000} s`,
  );
}
