import { randomBytes } from 'node:crypto';
import { logIn, logOut, readAccount, register, throwAwayCredentials } from '../service/account.js';
import { inParallel } from '../service/in-parallel.js';
import type { RateLimit } from '../service/rate-limit.js';
import { type Answer, NoAnswerError, type ServiceClient } from '../service/service-client.js';

/** The service queues the hashing of passwords, and refuses when the queue is long. */
const LOGINS_AT_A_TIME = 4;
const LOGOUTS_AT_A_TIME = 16;

/** The service refused what the load needs. */
export class PreparationError extends Error {
  override name = 'PreparationError';
}

/** What became of the sessions at the end. */
export interface End {
  readonly ended: number;
  /** The logout was not acknowledged. */
  readonly live: number;
  /** Tokens that were accepted after the logout: there must be none. */
  readonly accepted: number;
}

/** Throw-away accounts with one session each. */
export class Users {
  /** Access tokens. */
  readonly tokens: string[] = [];
  registered = 0;
  private readonly name = `load-${randomBytes(4).toString('hex')}`;

  constructor(
    private readonly client: ServiceClient,
    private readonly rateLimit: RateLimit,
  ) {}

  /** A pattern of SQL for the addresses of the accounts. */
  get pattern(): string {
    return `${this.name}-%@example.com`;
  }

  /**
   * Registers and logs in.
   * @param onUser called after each user
   * @throws PreparationError, RateLimitedError, NoAnswerError; the users that were made until then are kept for {@link end}
   */
  async make(count: number, signal: AbortSignal, onUser: () => void): Promise<void> {
    await inParallel([...Array(count).keys()], LOGINS_AT_A_TIME, async (number) => {
      signal.throwIfAborted();
      const credentials = throwAwayCredentials(`${this.name}-${number}`);
      const registering = () => register(this.client, credentials, 'Load');
      demand(await this.rateLimit.outlast('a registration', registering), 201, 'a registration');
      this.registered += 1;
      const answer = await this.rateLimit.outlast('a login', () => logIn(this.client, credentials));
      this.tokens.push(demand(answer, 200, 'a login').body.access_token);
      onUser();
    });
  }

  /** Logs out every session, and shows each token once more. */
  async end(): Promise<End> {
    const counts = { ended: 0, live: 0, accepted: 0 };
    await inParallel(this.tokens, LOGOUTS_AT_A_TIME, async (token) => {
      const status = await statusOf(() => logOut(this.client, token));
      counts[status === 200 || status === 401 ? 'ended' : 'live'] += 1;
      if (status === 200 && (await statusOf(() => readAccount(this.client, token))) === 200)
        counts.accepted += 1;
    });
    return counts;
  }
}

function demand<Body>(answer: Answer<Body>, status: number, what: string): Answer<Body> {
  if (answer.status === status) return answer;
  throw new PreparationError(`${what} was answered with ${answer.status} ${answer.code ?? ''}`);
}

/** 0 without an answer. */
async function statusOf(send: () => Promise<Answer<unknown>>): Promise<number> {
  try {
    return (await send()).status;
  } catch (error) {
    if (error instanceof NoAnswerError) return 0;
    throw error;
  }
}
