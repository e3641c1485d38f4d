import { InMemoryIssuer, makeSigningKey, type SigningKey } from '../src/testing/in-memory-issuer.js';

export { makeSigningKey as makeKey, type Session } from '../src/testing/in-memory-issuer.js';

/** The credentials that the issuer accepts. */
export const CLIENT = { clientId: 'receiver', clientSecret: 'a secret of the receiver' };

/**
 * The issuer's side of the contract, in memory, with what a test of the verifier does to it: other keys, a deleted log, another database,
 * wrong answers. How and when its answers arrive is up to the transport.
 */
export class TestIssuer extends InMemoryIssuer {
  /** Changes of an answer to a poll, for issuers that misbehave. */
  distort: (answer: Record<string, unknown>) => object = (answer) => answer;
  metadata: object = {};

  static async at(url: string, nowSeconds: () => number, keys?: [SigningKey]): Promise<TestIssuer> {
    return new TestIssuer(url, nowSeconds, keys ?? [await makeSigningKey()]);
  }

  get rowCount(): number {
    return this.log.size;
  }

  hasRowsAfter(cursor: unknown): boolean {
    return this.log.hasRowsAfter(cursor);
  }

  /** The key that signs now comes first; `remaining` of the old ones still verify. */
  async rotate(remaining = 1): Promise<void> {
    this.keys = [await makeSigningKey(), ...this.keys.slice(0, remaining)];
  }

  deleteLog(): void {
    this.log.deleteRows();
  }

  restart(): void {
    this.log.restart();
  }

  /** @param latestSeconds what the clock of the old database showed last */
  failOver(latestSeconds: number): void {
    this.log.failOver(latestSeconds);
  }

  protected override documents(): Readonly<Record<string, object>> {
    const found = super.documents();
    const path = '/.well-known/oauth-authorization-server';
    return { ...found, [path]: { ...found[path], ...this.metadata } };
  }

  protected override async poll(
    ...request: Parameters<InMemoryIssuer['poll']>
  ): Promise<Record<string, unknown>> {
    return this.distort(await super.poll(...request)) as Record<string, unknown>;
  }
}
