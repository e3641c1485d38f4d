import { randomUUID } from 'node:crypto';

/** One change. */
interface Row {
  readonly jti: string;
  readonly atSeconds: number;
  readonly claims: object;
  token?: string;
}

/** What a poll answers, without the times that only the issuer knows. */
interface Page {
  readonly rows: readonly Row[];
  readonly moreAvailable: boolean;
  readonly cursor: string;
  readonly restarted: boolean;
  readonly history: string;
  readonly covered_from: number;
}

/** The log of changes of an {@link InMemoryIssuer}, of which the feed is read. */
export class InMemoryLog {
  private rows: Row[] = [];
  /** Rows that were deleted before the first one of `rows`. */
  private deleted = 0;
  private beginsAt: number;
  private generation = 1;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly nowSeconds: () => number) {
    this.beginsAt = nowSeconds() - 1e6;
  }

  get size(): number {
    return this.rows.length;
  }

  /** @param claims of the security event token, added to those that each has */
  append({ issuer, audience }: { issuer: string; audience: string }, claims: object): void {
    const jti = randomUUID();
    const atSeconds = this.nowSeconds();
    const own = { iss: issuer, aud: audience, iat: Math.floor(atSeconds), jti };
    this.rows.push({ jti, atSeconds, claims: { ...own, ...claims } });
    for (const wake of this.waiting) wake();
  }

  /** Whether a receiver that knows the cursor has something to read. */
  hasRowsAfter(cursor: unknown): boolean {
    return this.positionOf(cursor) < this.deleted + this.rows.length;
  }

  /** Resolves when a row comes after the cursor, or after the time. @throws the reason of the signal */
  async untilRowsAfter(cursor: string, waitMs: number, signal?: AbortSignal | null): Promise<void> {
    if (cursor === '' || this.hasRowsAfter(cursor)) return;
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        settle();
      };
      const wake = () => end(resolve);
      const timer = setTimeout(wake, waitMs).unref();
      this.waiting.add(wake);
      signal?.addEventListener('abort', () => end(() => reject(signal.reason as Error)), { once: true });
    });
  }

  /** @param lifetimeSeconds how far back a receiver reads that begins anew */
  pageAfter(cursor: string, maxEvents: number, lifetimeSeconds: number): Page {
    const position = this.positionOf(cursor);
    const restarted = position < this.deleted;
    const oldest = this.nowSeconds() - lifetimeSeconds;
    const first = restarted ? this.rows.findIndex(({ atSeconds }) => atSeconds >= oldest) : 0;
    const begin = restarted ? (first < 0 ? this.rows.length : first) : position - this.deleted;
    const rows = this.rows.slice(begin, begin + maxEvents);
    return {
      rows,
      moreAvailable: begin + rows.length < this.rows.length,
      cursor: `${this.generation}:${this.deleted + begin + rows.length}`,
      restarted,
      history: `history ${this.generation}`,
      covered_from: Math.max(oldest, this.beginsAt),
    };
  }

  /** Deletes every row, as if its retention were over. Receivers that had not read them must begin anew. */
  deleteRows(): void {
    this.deleted += this.rows.length;
    this.rows = [];
    this.beginsAt = Math.max(this.beginsAt, this.nowSeconds());
  }

  /** Another history: no earlier cursor is known. */
  restart(): void {
    this.generation += 1;
  }

  /** Another database takes over: the log begins now, or at the last time of the old one's clock. */
  failOver(latestSeconds: number): void {
    this.restart();
    this.deleteRows();
    this.beginsAt = Math.max(this.beginsAt, latestSeconds);
  }

  /** -1 for a cursor that is out of reach. */
  private positionOf(cursor: unknown): number {
    const [generation = 0, position = -1] = String(cursor).split(':').map(Number);
    return generation === this.generation && position >= this.deleted ? position : -1;
  }
}
