import type { PollBody, SendPoll } from '../../support/feed/feed-receiver.js';
import type { Deployment } from './deployment.js';

export const POLL_PATH = '/api/v1/events/poll';

/** An OAuth client that polls the feed of a deployment. */
export class FeedClient {
  private constructor(
    private readonly deployment: Deployment,
    /** The header of HTTP Basic. */
    readonly authorization: string,
  ) {}

  static async register(deployment: Deployment): Promise<FeedClient> {
    const { client_id, client_secret } = await deployment.registerClient();
    const credentials = Buffer.from(`${client_id}:${client_secret}`).toString('base64');
    return new FeedClient(deployment, `Basic ${credentials}`);
  }

  /** Polls one of the instances. */
  sendTo(instance: number): SendPoll {
    return (body) => this.poll(body, instance);
  }

  poll(body: PollBody, instance = 0) {
    const headers = { authorization: this.authorization };
    const timeoutMs = 10_000 + (body.waitMs ?? 10_000);
    return this.deployment.client(instance).send('POST', POLL_PATH, { body, headers, timeoutMs });
  }
}
