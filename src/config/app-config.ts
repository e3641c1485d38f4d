import type { KeyObject } from 'node:crypto';
import type { ConsoleConfig } from './console-config.js';
import type { RegistrationMode } from './accounts-environment.js';
import type { DatabaseTarget } from './database-target.js';
import type { NoticeKind } from './notice-kinds.js';
import type { MailTransportConfig } from './mail-transport.js';
import type { PasswordRules } from './password-rules.js';
import type { RedisTarget } from './redis-url.js';
import type { SigningKeySet } from './signing-key.js';
import type { TracingConfig } from './tracing-config.js';

/** What is logged, and how. */
export interface LogConfig {
  /** The least level that is written. */
  readonly level: LogLevel;
  /** JSON lines; text for people otherwise. */
  readonly isJson: boolean;
  /** Whether each answer gets a line, at `info`. */
  readonly hasRequests: boolean;
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything that may be configured, parsed and checked once at boot. Injected by its class. */
export class AppConfig {
  readonly name: string;
  readonly version: string;
  readonly environment: 'development' | 'test' | 'production';
  readonly log: LogConfig;
  /** Absent: nothing is traced, and nothing of OpenTelemetry is loaded. */
  readonly tracing: TracingConfig | undefined;
  readonly http: {
    host: string;
    port: number;
    /** Where metrics, the API documents and details of the health are served: on `port`, on a port of their own, or nowhere. */
    management: 'shared' | 'none' | { port: number };
    corsOrigins: string[];
    /** Of the cookie with a refresh token. */
    refreshCookieSameSite: 'strict' | 'lax';
    trustedProxies: number;
    /** Open at a time on one port. */
    maxConnections: number;
    /** How long requests are served after the begin of a shutdown. */
    drainSeconds: number;
  };
  /** Where clients reach this service, without a slash at the end: the issuer of RFC 8414 and RFC 9068. */
  readonly issuerUrl: string;
  /** Folder of what the embedded defaults keep: the database and the development keys. */
  readonly dataDir: string;
  readonly database: {
    /** Absent: the embedded PostgreSQL under `dataDir`. */
    target: DatabaseTarget | undefined;
    /** For what needs a session of PostgreSQL; then `target` may be a pooler. Absent: `target` is used. */
    direct: DatabaseTarget | undefined;
    /** In which the service has its tables and functions. */
    schema: string;
    poolSize: number;
    timeoutMs: number;
    /** How long the start waits for a server that does not answer. */
    waitSeconds: number;
  };
  readonly cache: {
    /** Absent: the in-memory store of this one process. */
    redis: RedisTarget | undefined;
    deadlineMs: number;
    /** How long an entry may live: as long as an access token. */
    ttlSeconds: number;
  };
  readonly tokens: {
    /** `JWT_SECRET`: signs and verifies refresh tokens. */
    key: KeyObject;
    /** Of access tokens. */
    signingKeys: SigningKeySet;
    accessTtlSeconds: number;
    refreshTtlSeconds: number;
    refreshGraceSeconds: number;
  };
  readonly sessions: { maxAgeSeconds: number; maxPerUser: number };
  readonly mail: {
    /** Absent: no mail is sent. */
    transport: MailTransportConfig | undefined;
    /** The sender, as `Name <address>` or an address alone. */
    from: string;
    /** Where people open the links of mails, without a slash at the end. */
    publicUrl: string;
    /** The folder with texts of mails that replace or extend those of the service. */
    catalogsDir: string | undefined;
  };
  /** The pages `/account` and `/admin`. Absent: only the pages of mails are served. */
  readonly console: ConsoleConfig | undefined;
  /** The file that describes OAuth clients. */
  readonly clientsFile: string | undefined;
  /** 0 keeps them for ever. */
  readonly auditRetentionDays: number;
  readonly roles: {
    /** What may be granted, `admin` included. Accounts can also have roles that were configured earlier. */
    names: readonly string[];
    /** Of a new account; only an admin grants another one. */
    default: string;
  };
  /** How people get an account. */
  readonly registration: {
    mode: RegistrationMode;
    /** Of addresses that people choose themselves; empty for any. */
    domains: readonly string[];
    /** Whether the answer hides which addresses have an account. */
    isSilent: boolean;
  };
  /** Whether an account logs in only after its address was proved. */
  readonly requireVerifiedEmail: boolean;
  readonly oneTimeTokens: {
    /** Of what is asked for and used at once. */
    shortSeconds: number;
    /** Of what waits in a mailbox. */
    longSeconds: number;
  };
  /** From the request to delete an account to its erasure; 0 for at once. */
  readonly deletionGraceDays: number;
  /** Which mails about events of an account are sent. */
  readonly notices: readonly NoticeKind[];
  readonly firstAdmin: { email: string; password: string } | undefined;
  readonly passwords: PasswordRules & {
    /** Where breached passwords are looked up by the start of their hash. Absent: they are not looked up. */
    hibpUrl: string | undefined;
  };
  readonly rateLimitEnabled: boolean;

  constructor(values: AppConfig) {
    Object.assign(this, values);
  }

  get isProduction(): boolean {
    return this.environment === 'production';
  }
}
