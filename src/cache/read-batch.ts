import type { Permit } from '../standing/permit.js';

/** More keys would keep Redis busy for longer than the others that wait for it should notice. */
const MOST_KEYS = 500;

type ReadAll = (keys: readonly string[]) => Promise<readonly unknown[]>;

interface Batch {
  readonly permit: Permit;
  readonly keys: string[];
  readonly values: Promise<readonly unknown[]>;
  readonly send: () => void;
}

/**
 * Gathers the keys that are read in one turn of the event loop, by however many requests, and reads them by two commands in
 * one write: the keys of the first request, and those of all others. Under load, dozens of requests share a command, its answer
 * and its time limit.
 *
 * The first request does not wait for the others because of node-redis, which writes at the end of the turn in which it is
 * given a command: given the first one at once, it writes at the end of this turn, right after the others have joined, and
 * Redis works while the next turn begins.
 */
export class ReadBatch {
  private open: Batch | undefined;
  private isWithinTurn = false;

  /** @param begin called with the first key of a batch; what it returns reads them all, in order, when the batch is sent */
  constructor(private readonly begin: (permit: Permit) => ReadAll) {}

  /**
   * @param permit by which the key is read; a batch is read by one
   * @returns the key's value. Rejects as the reading of the whole batch does.
   */
  read(key: string, permit: Permit): Promise<unknown> {
    if (this.open !== undefined && (this.open.keys.length === MOST_KEYS || this.open.permit !== permit))
      this.send();
    const batch = (this.open ??= this.start(permit));
    const index = batch.keys.push(key) - 1;
    return batch.values.then((values) => values[index]);
  }

  private start(permit: Permit): Batch {
    const readAll = this.begin(permit);
    const keys: string[] = [];
    let send = (): void => undefined;
    const values = new Promise<readonly unknown[]>((resolve) => (send = () => resolve(readAll(keys))));
    if (!this.isWithinTurn) this.beginTurn();
    return { permit, keys, values, send };
  }

  private beginTurn(): void {
    this.isWithinTurn = true;
    queueMicrotask(() => this.send());
    // Planned before node-redis plans its write, and therefore run before it.
    setImmediate(() => {
      this.isWithinTurn = false;
      this.send();
    });
  }

  private send(): void {
    const batch = this.open;
    this.open = undefined;
    batch?.send();
  }
}
