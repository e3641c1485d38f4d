import pg from 'pg';
import type { PrimaryLocator } from './primary-locator.js';

type Connected = (error?: Error) => void;

export interface PrimaryClientConfig extends pg.ClientConfig {
  /** Where it connects to. What the URL says wins over what is said here. */
  readonly primary: PrimaryLocator;
}

/** A connection to the primary of a database, for the pool and for single sessions. */
export class PrimaryClient extends pg.Client {
  private readonly primary: PrimaryLocator;

  constructor(config: PrimaryClientConfig) {
    super({ ...config, ...config.primary.target.client });
    this.primary = config.primary;
  }

  override connect = ((connected?: Connected) => {
    const opening = this.open();
    if (connected === undefined) return opening.then(() => this);
    void opening.then(() => connected(), connected);
    return undefined;
  }) as pg.Client['connect'];

  /** @throws Error of the driver */
  protected async open(): Promise<void> {
    const { host, port } = await this.primary.find();
    Object.assign(this, { host, port });
    await super.connect();
  }
}

/** Ends a connection without waiting for the server, which may never answer. */
export function abandon(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
