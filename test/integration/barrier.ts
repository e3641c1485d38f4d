/** Holds the code under test at one point until the test releases it. */
export class Barrier {
  private markReached: () => void = () => undefined;
  private markReleased: () => void = () => undefined;
  /** Resolves when the code under test waits at the barrier. */
  readonly reached = new Promise<void>((resolve) => (this.markReached = resolve));
  private readonly released = new Promise<void>((resolve) => (this.markReleased = resolve));

  /** What the code under test is made to await. */
  async wait(): Promise<void> {
    this.markReached();
    await this.released;
  }

  release(): void {
    this.markReleased();
  }
}
