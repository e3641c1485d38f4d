import type { KeyObject } from 'node:crypto';
import type { RedisTarget } from './redis-url.js';

/** Everything that may be configured, parsed and checked once at boot. Injected by its class. */
export class AppConfig {
  readonly name: string;
  readonly version: string;
  readonly environment: 'development' | 'test' | 'production';
  readonly http: { host: string; port: number; corsOrigins: string[]; trustedProxies: number };
  /** Folder of what the embedded defaults keep: the database and the development signing key. */
  readonly dataDir: string;
  readonly database: {
    /** Absent: the embedded PostgreSQL under `dataDir`. */
    url: string | undefined;
    poolSize: number;
    timeoutMs: number;
  };
  readonly cache: {
    /** Absent: the in-memory store of this one process. */
    redis: RedisTarget | undefined;
    deadlineMs: number;
    /** How long an entry may live: as long as an access token. */
    ttlSeconds: number;
  };
  readonly tokens: {
    key: KeyObject;
    issuer: string;
    audience: string;
    accessTtlSeconds: number;
    refreshTtlSeconds: number;
    refreshGraceSeconds: number;
  };
  readonly sessions: { maxAgeSeconds: number; maxPerUser: number };
  /** 0 keeps them for ever. */
  readonly auditRetentionDays: number;
  readonly firstAdmin: { email: string; password: string } | undefined;
  readonly rateLimitEnabled: boolean;

  constructor(values: AppConfig) {
    Object.assign(this, values);
  }

  get isProduction(): boolean {
    return this.environment === 'production';
  }
}
