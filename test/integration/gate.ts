/** Holds one passage of the code under test until the test lets it go on. */
export class Gate {
  private arrive: () => void = () => undefined;
  private letGo: () => void = () => undefined;
  /** Resolves when somebody stands at the gate. */
  readonly reached = new Promise<void>((resolve) => (this.arrive = resolve));
  private readonly opened = new Promise<void>((resolve) => (this.letGo = resolve));

  /** What the code under test is made to await. */
  async pass(): Promise<void> {
    this.arrive();
    await this.opened;
  }

  open(): void {
    this.letGo();
  }
}
