import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { UserDto } from '../../packages/client/src/generated/types.gen.js';
import {
  type Credentials,
  logIn,
  readAccount,
  throwAwayCredentials,
  type Tokens,
} from '../service/account.js';
import type { Progress } from '../service/progress.js';
import type { RateLimit } from '../service/rate-limit.js';
import type { Answer, ServiceClient } from '../service/service-client.js';
import { demand, type Observation, PromiseBroken } from './observation.js';
import type { LiveChannel } from './live-channel.js';
import { measureStaleness, ofRevocation, type State } from './staleness.js';

/** One address of the deployment: `--url`, or an instance behind it. */
export interface Instance {
  readonly name: string;
  readonly client: ServiceClient;
}

/** A session that the examination has opened, with its tokens of now. */
export interface OpenSession {
  tokens: Tokens;
  readonly id: string;
}

export interface ExaminationOptions {
  /** `--url` first. */
  readonly instances: readonly [Instance, ...Instance[]];
  /** `--management`. */
  readonly management: ServiceClient | undefined;
  readonly admin: Credentials | undefined;
  /** `REFRESH_GRACE_SECONDS` of the deployment. */
  readonly graceSeconds: number;
  readonly rateLimit: RateLimit;
  readonly progress: Progress;
  /** Ends the waits, and the examination after the check that runs. */
  readonly signal?: AbortSignal;
}

/** What the checks share: the deployment, and what they have made on it. */
export class Examination {
  readonly credentials = throwAwayCredentials(`doctor-${randomBytes(8).toString('hex')}`);
  /** Every session that was opened, for the clean-up; the admin's too. */
  readonly sessions = new Set<OpenSession>();
  readonly channels = new Map<Instance, LiveChannel>();
  account: UserDto | undefined;
  /** The refresh token that was exchanged and not used since, and when its exchange was answered. */
  rotation: { readonly old: string; readonly at: number } | undefined;
  /** That the admin has granted to the account for a time. */
  grantedRole: string | undefined;
  loggedOutAt: number | undefined;
  isDeactivated = false;
  /** Whether the account has asked for its erasure: the deployment may wait for some days with it. */
  isErasing = false;
  private readonly named = new Map<string, OpenSession>();
  private readonly changes = new Map<string, PromiseSettledResult<Observation>[]>();

  constructor(readonly options: ExaminationOptions) {}

  /** Asks the deployment as its clients do. */
  get entry(): ServiceClient {
    return this.options.instances[0].client;
  }

  /** Asks the deployment as its operators do. */
  get operatorClient(): ServiceClient {
    return this.options.management ?? this.entry;
  }

  /** Repeats a request that is refused by a rate limit. */
  limited<Body>(what: string, send: () => Promise<Answer<Body>>): Promise<Answer<Body>> {
    return this.options.rateLimit.outlast(what, send);
  }

  logIn(credentials: Credentials): Promise<Answer<Tokens>> {
    return this.limited('the login', () => logIn(this.entry, credentials));
  }

  /** Keeps the session of a login under the name. @throws PromiseBroken when the login was refused */
  keep(name: string, answer: Answer<Tokens>): Answer<Tokens> {
    const { body: tokens } = demand(answer, 200, 'the login');
    const session = { tokens, id: claimsOf(tokens.access_token).sid };
    this.named.set(name, session);
    this.sessions.add(session);
    return answer;
  }

  /** Logs the account in, and keeps the session under the name. @throws PromiseBroken when the login is refused */
  async open(name: string): Promise<Answer<Tokens>> {
    return this.keep(name, await this.logIn(this.credentials));
  }

  /** A session that an earlier check has opened. */
  session(name: string): OpenSession {
    return present(this.named.get(name), `session ${name}`);
  }

  /** With which the admin administers, once it was opened. */
  get adminSession(): OpenSession | undefined {
    return this.named.get('admin');
  }

  get accountId(): string {
    return present(this.account, 'account').id;
  }

  /** Asks each instance until it shows the change that has just been answered. {@link changeOn} has the results. */
  async follow(
    change: string,
    since: number,
    stateOf: (answer: Answer<unknown>) => State,
    send: (client: ServiceClient) => Promise<Answer<unknown>>,
  ): Promise<void> {
    const { instances } = this.options;
    const measured = instances.map(({ client }) => measureStaleness(() => send(client), stateOf, since));
    this.changes.set(change, await Promise.allSettled(measured));
  }

  /** Asks each instance until it refuses the access token of the session, which has just been revoked. */
  async followRevocation(change: string, { tokens }: OpenSession, since: number): Promise<void> {
    await this.follow(change, since, ofRevocation, (client) => readAccount(client, tokens.access_token));
  }

  /** What {@link follow} has measured on one instance. @throws PromiseBroken, NoAnswerError */
  changeOn(change: string, instance: Instance): Observation {
    const results = present(this.changes.get(change), `change ${change}`);
    const result = present(results[this.options.instances.indexOf(instance)], instance.name);
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  }
}

/** When the answer was complete, by `performance.now()`. */
export const answeredAt = ({ sentAt, ms }: Answer<unknown>) => sentAt + ms;

export interface Claims {
  readonly iss: string;
  readonly aud: string;
  readonly sid: string;
}

/** What a token says, unverified. @throws PromiseBroken when it is no JWT */
export function claimsOf(token: string): Claims {
  try {
    return decodeJwt<Claims>(token);
  } catch {
    throw new PromiseBroken('the access token is no JWT');
  }
}

/** A check needs what an earlier one has made. */
function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`no check has made ${what}`);
  return value;
}
