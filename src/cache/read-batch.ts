/** More keys would keep Redis busy for longer than the others that wait for it should notice. */
const MOST_KEYS = 500;

type ReadAll = (keys: readonly string[]) => Promise<readonly unknown[]>;

interface Batch {
  readonly keys: string[];
  readonly values: Promise<readonly unknown[]>;
}

/**
 * Gathers the keys that are read in one turn of the event loop, by however many requests, and reads them by one command.
 * A request alone has its two reads in one; under load, dozens of requests share a command, its answer and its time limit.
 */
export class ReadBatch {
  private open: Batch | undefined;

  /** @param begin called with the first key of a batch; what it returns reads them all, in order, at the end of the turn */
  constructor(private readonly begin: () => ReadAll) {}

  /** Rejects as the reading of the whole batch does. */
  async read(key: string): Promise<unknown> {
    if (this.open === undefined || this.open.keys.length === MOST_KEYS) this.open = this.start();
    const { keys, values } = this.open;
    const index = keys.push(key) - 1;
    return (await values)[index];
  }

  private start(): Batch {
    const readAll = this.begin();
    const keys: string[] = [];
    const values = new Promise<readonly unknown[]>((resolve) => {
      setImmediate(() => {
        if (this.open?.keys === keys) this.open = undefined;
        resolve(readAll(keys));
      });
    });
    return { keys, values };
  }
}
