import { ACCEPTANCE_MS } from '../common/acceptance.js';

/** A server's time on one connection to it. */
export interface ServerTime {
  /** Milliseconds since the epoch. */
  readonly ms: number;
  readonly epoch: number;
}

/**
 * The clock of a Redis server, as a witness that a virtual machine does not stop with its own clocks. Each read of entries also reads the
 * server's time, and the entries count only if the log was read shortly before that time.
 * @see https://redis.io/docs/latest/commands/time/
 */
export class RedisClock {
  private until: ServerTime = { ms: -Infinity, epoch: -1 };

  /** Every change that was committed before this time of the server has been applied. */
  applied(time: ServerTime): void {
    this.until = time;
  }

  /** Whether entries that were read at this time may be accepted. */
  accepts({ ms, epoch }: ServerTime): boolean {
    return epoch === this.until.epoch && ms - this.until.ms < ACCEPTANCE_MS;
  }
}

/** @param send sends one command @returns the server's time, milliseconds since the epoch */
export async function readTime(send: (command: string[]) => Promise<unknown>): Promise<number> {
  const [seconds, microseconds] = (await send(['TIME'])) as [string, string];
  return Number(seconds) * 1000 + Number(microseconds) / 1000;
}
