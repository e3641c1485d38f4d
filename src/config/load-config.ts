import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { loadAccounts } from './accounts.js';
import { AppConfig } from './app-config.js';
import { collect, ConfigurationError } from './configuration.error.js';
import { loadConsole } from './load-console.js';
import { parseContextWords } from './context-words.js';
import { loadDatabaseTargets } from './database-url.js';
import { Environment } from './environment.js';
import { parseFirstAdmin } from './first-admin.js';
import { loadRedisTarget } from './redis-target.js';
import { parseRoles } from './roles.js';
import { loadMail } from './load-mail.js';
import { withSecretFiles } from './secret-files.js';
import { loadJwtSecret } from './jwt-secret.js';
import { loadSigningKeys } from './signing-keys.js';
import { loadTracing } from './load-tracing.js';

const DAY_SECONDS = 86_400;
/** What the program of the migrations reads, and what the import and the export of accounts read too. */
const OF_MIGRATIONS = /^(NODE_ENV|APP_NAME|LOG_\w+|DATABASE_\w+)$/;
const OF_MOVING = /^(ROLES|DEFAULT_ROLE|SMTP_\w+|MAIL_\w+)$/;
const DEVELOPMENT_ORIGINS = 'http://localhost:3000,http://localhost:5173';

/**
 * Reads `.env` (where there is one) and the process environment, once; a variable that is already set wins over the file.
 * @throws ConfigurationError naming each variable and its rule, never a value
 */
export function loadConfigFromProcess(): AppConfig {
  return loadConfig(processVariables());
}

/**
 * The part of the configuration that the program of the migrations needs, read as `loadConfigFromProcess` reads it. The program is given the
 * secrets of PostgreSQL and no others, so it demands no others.
 * @throws ConfigurationError
 */
export function loadMigrationConfigFromProcess(): Pick<AppConfig, 'name' | 'log' | 'database'> {
  const problems: string[] = [];
  const environment = parseOwn(problems, OF_MIGRATIONS);
  const database = collect(problems, () => databaseOf(environment));
  if (database === undefined || problems.length > 0) throw new ConfigurationError(problems);
  return { name: environment.APP_NAME, log: logOf(environment), database };
}

/** The part that the import and the export of accounts need. They are given no secret of tokens. @throws ConfigurationError */
export function loadMovingConfigFromProcess(): Pick<AppConfig, 'name' | 'database' | 'roles' | 'mail'> {
  const problems: string[] = [];
  const environment = parseOwn(problems, OF_MIGRATIONS, OF_MOVING);
  const database = collect(problems, () => databaseOf(environment));
  const roles = collect(problems, () => parseRoles(environment));
  const mail = collect(problems, () => loadMail(environment, ''));
  if (!database || !roles || !mail || problems.length > 0) throw new ConfigurationError(problems);
  return { name: environment.APP_NAME, database, roles, mail };
}

function parseOwn(problems: string[], ...names: RegExp[]): Environment {
  const own = Object.entries(processVariables()).filter(([name]) => names.some((each) => each.test(name)));
  return parse(withSecretFiles(Object.fromEntries(own)), problems);
}

function processVariables(): NodeJS.ProcessEnv {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return process.env;
}

/**
 * Whether this process writes its log for programs; for a start that fails before there is a configuration.
 */
export function isProductionProcess(): boolean {
  return process.env['NODE_ENV'] === 'production';
}

/**
 * Turns an environment into the typed configuration. An empty variable counts as absent, as in compose files.
 * @throws ConfigurationError naming each variable and its rule, never a value
 */
export function loadConfig(variables: Record<string, string | undefined>): AppConfig {
  const problems: string[] = [];
  const environment = parse(withSecretFiles(variables), problems);
  const key = collect(problems, () => loadJwtSecret(environment));
  const signingKeys = collect(problems, () => loadSigningKeys(environment));
  const issuerUrl = collect(problems, () => issuerUrlOf(environment));
  const database = collect(problems, () => databaseOf(environment));
  const redis = collect(problems, () => loadRedisTarget(environment));
  const corsOrigins = collect(problems, () => parseOrigins(environment));
  const roles = collect(problems, () => parseRoles(environment));
  const accounts = collect(problems, () => loadAccounts(environment));
  const contextWords = collect(problems, () => parseContextWords(environment)) ?? [];
  const passwords = { ...parsePasswords(environment), contextWords };
  const firstAdmin = collect(problems, () => parseFirstAdmin(environment, passwords));
  const mail = collect(problems, () => loadMail(environment, issuerUrl ?? ''));
  const console = collect(problems, () => loadConsole(environment));
  if (accounts?.registration.isSilent === true && mail?.transport === undefined)
    problems.push('REGISTRATION_SILENT needs SMTP_URL: a mail says the rest');
  if (problems.length > 0) throw new ConfigurationError(problems);
  const version = packageVersion();
  const accessTtlSeconds = environment.ACCESS_TOKEN_EXPIRE_MINUTES * 60;
  return new AppConfig({
    name: environment.APP_NAME,
    version,
    environment: environment.NODE_ENV,
    log: logOf(environment),
    tracing: loadTracing(environment, version),
    http: httpOf(environment, corsOrigins ?? []),
    issuerUrl,
    dataDir: resolve(environment.DATA_DIR),
    database,
    cache: {
      redis,
      deadlineMs: environment.CACHE_DEADLINE_MS,
      ttlSeconds: accessTtlSeconds,
    },
    tokens: {
      key,
      signingKeys,
      accessTtlSeconds,
      refreshTtlSeconds: environment.REFRESH_TOKEN_EXPIRE_DAYS * DAY_SECONDS,
      refreshGraceSeconds: environment.REFRESH_GRACE_SECONDS,
    },
    sessions: {
      maxAgeSeconds: environment.SESSION_MAX_DAYS * DAY_SECONDS,
      maxPerUser: environment.SESSIONS_PER_USER,
    },
    mail,
    console,
    clientsFile: environment.CLIENTS_FILE,
    auditRetentionDays: environment.AUDIT_RETENTION_DAYS,
    roles,
    ...accounts,
    firstAdmin,
    passwords,
    rateLimitEnabled: environment.RATE_LIMIT_ENABLED,
  } as AppConfig);
}

function parse(variables: Record<string, string | undefined>, problems: string[]): Environment {
  const present = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const environment = plainToInstance(Environment, present, { exposeDefaultValues: true });
  for (const error of validateSync(environment, { stopAtFirstError: true })) {
    problems.push(`${error.property} ${Object.values(error.constraints ?? {}).join(', ')}`);
  }
  return environment;
}

const logOf = ({ LOG_LEVEL, LOG_REQUESTS, NODE_ENV }: Environment): AppConfig['log'] => ({
  level: LOG_LEVEL,
  isJson: NODE_ENV === 'production',
  hasRequests: LOG_REQUESTS,
});

const httpOf = (environment: Environment, corsOrigins: string[]): AppConfig['http'] => ({
  host: environment.HOST,
  port: environment.PORT,
  management: managementOf(environment),
  corsOrigins,
  refreshCookieSameSite: environment.REFRESH_COOKIE_SAMESITE,
  trustedProxies: environment.TRUSTED_PROXIES,
  maxConnections: environment.MAX_CONNECTIONS,
  drainSeconds: environment.SHUTDOWN_DRAIN_SECONDS,
});

const databaseOf = (environment: Environment): AppConfig['database'] => ({
  ...loadDatabaseTargets(environment),
  schema: environment.DATABASE_SCHEMA,
  poolSize: environment.DATABASE_POOL_SIZE,
  timeoutMs: environment.DATABASE_TIMEOUT_MS,
  waitSeconds: environment.DATABASE_WAIT_SECONDS,
});

function parsePasswords(environment: Environment): Omit<AppConfig['passwords'], 'contextWords'> {
  return {
    minLength: environment.PASSWORD_MIN_LENGTH,
    maxLength: environment.PASSWORD_MAX_LENGTH,
    refuseCommon: environment.PASSWORD_REFUSE_COMMON ?? environment.NODE_ENV === 'production',
    hibpUrl: environment.PASSWORD_CHECK_HIBP ? environment.PASSWORD_HIBP_URL.replace(/\/+$/, '') : undefined,
  };
}

function issuerUrlOf({ ISSUER_URL: url, NODE_ENV, PORT }: Environment): string {
  if (url !== undefined) return url.replace(/\/+$/, '');
  if (NODE_ENV === 'production') throw new ConfigurationError(['ISSUER_URL is required in production']);
  return `http://localhost:${PORT}`;
}

/** Production shows operators' routes to the public only on request: by the public port as the port for operators. */
function managementOf({
  MANAGEMENT_PORT: port,
  PORT,
  NODE_ENV,
}: Environment): AppConfig['http']['management'] {
  if (port === undefined) return NODE_ENV === 'production' ? 'none' : 'shared';
  return port === PORT ? 'shared' : { port };
}

function parseOrigins(environment: Environment): string[] {
  const text = environment.CORS_ORIGINS ?? (environment.NODE_ENV === 'production' ? '' : DEVELOPMENT_ORIGINS);
  const origins = text
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
  const wrong = origins.some((origin) => origin !== '*' && !/^https?:\/\/[^/]+$/.test(origin));
  if (wrong)
    throw new ConfigurationError([
      'CORS_ORIGINS must be origins such as https://app.example.org, without a slash at the end, with commas between',
    ]);
  return origins;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
