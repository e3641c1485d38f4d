import { randomBytes, randomUUID } from 'node:crypto';
import { type Account, ServiceAccounts } from './service-accounts.js';
import { ServiceProcess } from './service-process.js';

export type { Account } from './service-accounts.js';

export interface ErgodriveOptions {
  /** The port on 127.0.0.1; default 0, a free one. */
  port?: number;
  /** More variables of the service, such as `{ ACCESS_TOKEN_EXPIRE_MINUTES: '1' }`. Nothing else of the environment reaches the service. */
  env?: Readonly<Record<string, string>>;
  /** How long the start may take in milliseconds; default 60 000. */
  startTimeoutMs?: number;
}

/** A service that runs for the tests of another one. */
export interface RunningErgodrive {
  /** Where the service is reached, without a slash at the end. */
  readonly url: string;
  /** `iss` of its tokens, for the verifier. */
  readonly issuer: string;
  /** The credentials of an OAuth client, for the verifier. */
  readonly client: { readonly clientId: string; readonly clientSecret: string };
  /** The tokens of an admin. */
  readonly admin: Account;
  /** Registers a user and logs in. @param user a role that the service has, and an address; both have a default */
  createUser(user?: { role?: string; email?: string; fullName?: string }): Promise<Account>;
  /** Ends every session of the user. When it resolves, each instance refuses the tokens. */
  revoke(user: Pick<Account, 'id'>): Promise<void>;
  /** Ends the service and deletes its files. */
  close(): Promise<void>;
}

/**
 * Starts the service in a process of its own, with an embedded database and no other service, for the tests of a team. Rate limits are off.
 * The service ends with `close`, or with the process that started it.
 *
 * @throws Error with the output of the service, when it does not start
 */
export async function startErgodrive(options: ErgodriveOptions = {}): Promise<RunningErgodrive> {
  const admin = { email: 'admin@ergodrive.test', password: randomBytes(24).toString('base64url') };
  const service = await ServiceProcess.start({
    port: options.port ?? 0,
    timeoutMs: options.startTimeoutMs ?? 60_000,
    env: {
      RATE_LIMIT_ENABLED: 'false',
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
      ...options.env,
    },
  });
  try {
    const accounts = await ServiceAccounts.of(service.url, admin);
    return {
      url: service.url,
      issuer: options.env?.['ISSUER_URL'] ?? service.url,
      client: await accounts.createClient(`tests ${randomUUID()}`),
      admin: accounts.admin,
      createUser: (user) => accounts.createUser(user),
      revoke: (user) => accounts.revoke(user),
      close: () => service.stop(),
    };
  } catch (error) {
    await service.stop();
    throw error;
  }
}
