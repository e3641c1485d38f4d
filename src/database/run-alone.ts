import { abandon } from './abandon.js';
import { PrimaryClient, type PrimaryClientConfig } from './primary-client.js';

/**
 * Runs one statement on a connection of its own.
 * @param config also how long the connection and the answer may take
 * @throws Error of the driver; then the connection is ended without waiting for the server
 */
export async function runAlone(
  config: PrimaryClientConfig,
  text: string,
  values: readonly unknown[] = [],
): Promise<void> {
  const client = new PrimaryClient(config);
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(text, [...values]);
    void client.end().catch(() => undefined);
  } catch (error) {
    abandon(client);
    throw error;
  }
}
