/** A request that is on its way. */
export class Exchange {
  private reply: Response | undefined;

  constructor(
    readonly path: string,
    readonly body: string,
    readonly authorization: string | undefined,
    readonly sentMs: number,
    private readonly settle: { resolve: (response: Response) => void; reject: (error: Error) => void },
  ) {}

  get isAnswered(): boolean {
    return this.reply !== undefined;
  }

  get poll(): { cursor: string; waitMs: number } | undefined {
    return this.path.endsWith('/poll') ? (JSON.parse(this.body) as never) : undefined;
  }

  /** The issuer answers; the answer is not delivered yet. */
  answer(status: number, body: object): void {
    this.reply ??= new Response(JSON.stringify(body), { status });
  }

  deliver(): void {
    if (this.reply) this.settle.resolve(this.reply);
  }

  cut(): void {
    this.settle.reject(new TypeError('fetch failed', { cause: new Error('the connection was cut') }));
  }
}
