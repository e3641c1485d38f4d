import { IsEmail, IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import { MIN_PASSWORD_LENGTH } from './common-passwords.js';
import { LOG_LEVELS, type LogLevel } from './app-config.js';
import { ConsoleEnvironment } from './console-environment.js';
import { IntegerBetween, IsHttpUrl, TrueOrFalse } from './environment.rules.js';

/**
 * The environment as text becomes this class: every variable that the product reads, its default and its rule.
 * `.env.example` describes them for people.
 */
export class Environment extends ConsoleEnvironment {
  @IsIn(['development', 'test', 'production'], { message: 'must be development, test or production' })
  NODE_ENV: 'development' | 'test' | 'production' = 'development';

  @IsString()
  @Length(1, 100, { message: 'must have 1 to 100 characters' })
  APP_NAME: string = 'ergodrive-backend';

  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  LOG_LEVEL: LogLevel = 'info';

  /** Whether each answer gets a log line. */
  @TrueOrFalse()
  LOG_REQUESTS: boolean = true;

  @IntegerBetween(0, 65535)
  PORT: number = 8000;

  /** The port of metrics, API documents and details of the health. */
  @IsOptional()
  @IntegerBetween(1, 65535)
  MANAGEMENT_PORT?: number;

  @IsString()
  HOST: string = '127.0.0.1';

  @IsOptional()
  @IsString()
  CORS_ORIGINS?: string;

  @IsIn(['strict', 'lax'], { message: 'must be strict or lax' })
  REFRESH_COOKIE_SAMESITE: 'strict' | 'lax' = 'strict';

  @IsOptional()
  @IsString()
  DATABASE_URL?: string;

  /** The same database without a pooler in between. */
  @IsOptional()
  @IsString()
  DATABASE_DIRECT_URL?: string;

  /** Of the tables and functions of the service. It needs no quotes in SQL, unless it is a keyword. */
  @Matches(/^(?!pg_|information_schema$)[a-z_][a-z0-9_]{0,62}$/, {
    message:
      'must have 1 to 63 lower-case letters, digits and _, begin with no digit, and be no schema of PostgreSQL itself',
  })
  DATABASE_SCHEMA: string = 'public';

  @IntegerBetween(1, 500)
  DATABASE_POOL_SIZE: number = 10;

  /** Milliseconds a query, or the wait for a connection, may take before the request ends with 503. */
  @IntegerBetween(100, 60_000)
  DATABASE_TIMEOUT_MS: number = 3000;

  /** How long the start waits for a server that does not answer. */
  @IntegerBetween(0, 3600)
  DATABASE_WAIT_SECONDS: number = 60;

  @IsOptional()
  @Matches(/^rediss?(\+sentinel|\+cluster)?:\/\/.+/, {
    message: 'must be a redis://, redis+sentinel:// or redis+cluster:// URL, with rediss for TLS',
  })
  REDIS_URL?: string;

  /** PEM files for TLS to Redis: authorities, and the certificate of this service with its key. */
  @IsOptional()
  @IsString()
  REDIS_TLS_CA_FILE?: string;

  @IsOptional()
  @IsString()
  REDIS_TLS_CERT_FILE?: string;

  @IsOptional()
  @IsString()
  REDIS_TLS_KEY_FILE?: string;

  /** For Sentinels that ask for a login; that of `REDIS_URL` is for Redis. */
  @IsOptional()
  @IsString()
  REDIS_SENTINEL_USERNAME?: string;

  @IsOptional()
  @IsString()
  REDIS_SENTINEL_PASSWORD?: string;

  /** Milliseconds a request waits for Redis before it asks PostgreSQL instead. */
  @IntegerBetween(5, 5000)
  CACHE_DEADLINE_MS: number = 100;

  @IsOptional()
  @IsString()
  JWT_SECRET?: string;

  /** A JWK Set with the keys of access tokens. */
  @IsOptional()
  @IsString()
  SIGNING_KEYS_FILE?: string;

  /** OAuth clients, as YAML or JSON. */
  @IsOptional()
  @IsString()
  CLIENTS_FILE?: string;

  /** What tokens and discovery documents name as their issuer: where clients reach this service. */
  @IsOptional()
  @IsHttpUrl()
  ISSUER_URL?: string;

  @IntegerBetween(1, 1440)
  ACCESS_TOKEN_EXPIRE_MINUTES: number = 30;

  @IntegerBetween(1, 365)
  REFRESH_TOKEN_EXPIRE_DAYS: number = 7;

  @IntegerBetween(0, 300)
  REFRESH_GRACE_SECONDS: number = 10;

  @IntegerBetween(1, 3650)
  SESSION_MAX_DAYS: number = 90;

  @IntegerBetween(1, 1000)
  SESSIONS_PER_USER: number = 50;

  /** 0 keeps the audit trail for ever. */
  @IntegerBetween(0, 3650)
  AUDIT_RETENTION_DAYS: number = 365;

  /** Of accounts, with commas between. */
  @IsString()
  ROLES: string = 'student,researcher,admin';

  /** Of a new account. Absent: the first of `ROLES` that is not `admin`. */
  @IsOptional()
  @IsString()
  DEFAULT_ROLE?: string;

  @IsOptional()
  @IsEmail({}, { message: 'must be an e-mail address' })
  ADMIN_EMAIL?: string;

  @IsOptional()
  @IsString()
  ADMIN_PASSWORD?: string;

  /** Unicode code points after NFKC, as the next one. */
  @IntegerBetween(MIN_PASSWORD_LENGTH, 64)
  PASSWORD_MIN_LENGTH: number = MIN_PASSWORD_LENGTH;

  /** A change sends two passwords in a body of 16 KiB; an escaped character has 12 bytes. */
  @IntegerBetween(64, 512)
  PASSWORD_MAX_LENGTH: number = 128;

  /** Absent: true in production, false elsewhere. */
  @IsOptional()
  @TrueOrFalse()
  PASSWORD_REFUSE_COMMON?: boolean;

  /** Absent: the words of `APP_NAME`. */
  @IsOptional()
  @IsString()
  PASSWORD_CONTEXT_WORDS?: string;

  @TrueOrFalse()
  PASSWORD_CHECK_HIBP: boolean = false;

  @IsHttpUrl()
  PASSWORD_HIBP_URL: string = 'https://api.pwnedpasswords.com/range';

  @TrueOrFalse()
  RATE_LIMIT_ENABLED: boolean = true;

  /** How many reverse proxies stand in front. Only their X-Forwarded-For is used. */
  @IntegerBetween(0, 10)
  TRUSTED_PROXIES: number = 0;

  /** Open connections of one port at a time, live channels included. */
  @IntegerBetween(10, 1_000_000)
  MAX_CONNECTIONS: number = 10_000;

  /** Between SIGTERM and the end of the listener. */
  @IntegerBetween(0, 300)
  SHUTDOWN_DRAIN_SECONDS: number = 0;

  @IsString()
  DATA_DIR: string = '.data';

  /** Files with the secrets of the same names without `_FILE`. */
  @IsOptional()
  @IsString()
  JWT_SECRET_FILE?: string;

  @IsOptional()
  @IsString()
  DATABASE_URL_FILE?: string;

  @IsOptional()
  @IsString()
  DATABASE_DIRECT_URL_FILE?: string;

  @IsOptional()
  @IsString()
  REDIS_URL_FILE?: string;

  @IsOptional()
  @IsString()
  REDIS_SENTINEL_PASSWORD_FILE?: string;

  @IsOptional()
  @IsString()
  ADMIN_PASSWORD_FILE?: string;
}
