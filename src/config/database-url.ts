import { X509Certificate } from 'node:crypto';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import type pg from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';
import { ConfigurationError } from './configuration.error.js';
import { type DatabaseVariable, withCurrentLogin } from './database-login.js';
import { addressOf, type DatabaseServer, type DatabaseTarget } from './database-target.js';
import type { Environment } from './environment.js';

const DEFAULT_PORT = 5432;
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'];
/** Options that would be ignored, although whoever sets them relies on them. */
const UNSUPPORTED = ['sslcrl', 'sslcrldir', 'sslpassword', 'requirepeer', 'hostaddr', 'service'];
/** Values of `target_session_attrs` that mean the primary. */
const OF_PRIMARY = ['read-write', 'primary'];

/**
 * The checked `DATABASE_URL`, absent for the embedded database, which production refuses; and the checked `DATABASE_DIRECT_URL`.
 * @throws ConfigurationError whose message holds no part of a URL
 */
export function loadDatabaseTargets(environment: Environment) {
  const { DATABASE_URL: text, DATABASE_DIRECT_URL: directText, NODE_ENV: mode } = environment;
  if (text === undefined && mode === 'production')
    throw new ConfigurationError(['DATABASE_URL is required in production']);
  if (text === undefined && directText !== undefined)
    throw new ConfigurationError(['DATABASE_DIRECT_URL must be used together with DATABASE_URL']);
  const load = (variable: DatabaseVariable) => {
    const url = environment[variable];
    if (url === undefined) return undefined;
    return withCurrentLogin(variable, environment[`${variable}_FILE`], url, parseDatabaseUrl);
  };
  return { target: load('DATABASE_URL'), direct: load('DATABASE_DIRECT_URL') };
}

/**
 * Reads `postgres[ql]://[user[:password]@]host[:port][,host[:port]…]/database[?options]`, with libpq's names and meanings of options.
 * Of several hosts the primary is meant, also without `target_session_attrs`. Certificate files are read here, once.
 * @param variable where the text is from, for messages
 * @throws ConfigurationError whose message holds no part of the URL
 */
export function parseDatabaseUrl(variable: string, text: string): DatabaseTarget {
  const rule = (words: string): ConfigurationError => new ConfigurationError([`${variable} ${words}`]);
  const [, start, hosts = '', rest = ''] =
    /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(text) ?? [];
  if (start === undefined || text === start) throw rule('must be a postgresql:// URL');
  const names = hosts.split(',');
  const url = checkedUrl(`${start}${names[0]}${rest}`, rule);
  const servers = serversOf(url, names, rule);
  checkAttributes(url.searchParams, servers.length, rule);
  return { variable, servers, client: clientOf(url, rule), label: labelOf(servers, url) };
}

type Rule = (words: string) => ConfigurationError;

function checkedUrl(text: string, rule: Rule): URL {
  if (!URL.canParse(text))
    throw rule(
      'is not a valid URL; special characters in the user name and the password are percent-encoded',
    );
  const url = new URL(text);
  const { username, password, hostname, pathname, hash } = url;
  if (![username, password, hostname, pathname].every(isPercentEncoded))
    throw rule('is not percent-encoded correctly');
  // An unencoded # in the password would make its first part the host.
  if (hash !== '') throw rule('is not a valid URL: # must be written as %23');
  return url;
}

/** The options `host` and `port` win over what is before the path. */
function serversOf({ searchParams }: URL, names: readonly string[], rule: Rule): DatabaseTarget['servers'] {
  const hosts = searchParams
    .get('host')
    ?.split(',')
    .map((host) => ({ host, port: DEFAULT_PORT }));
  const named = hosts ?? names.map((name) => serverOf(name, rule));
  const ports = searchParams.get('port')?.split(',').map(Number);
  if (ports !== undefined && ports.length > 1 && ports.length !== named.length)
    throw rule('must have one port, or one for each host');
  const servers = named.map(({ host, port }, index) => ({
    host,
    port: ports === undefined ? port : (ports[ports.length === 1 ? 0 : index] ?? NaN),
  }));
  const [first, ...others] = servers;
  if (first === undefined || servers.some(({ host }) => host === '')) throw rule('must name a host');
  if (servers.some(({ port }) => !(port > 0 && port < 65_536))) throw rule('has a port that cannot be read');
  return [first, ...others];
}

/** libpq's `any` is harmless with one host. With several it would mean a standby too, which this service never uses. */
function checkAttributes(options: URLSearchParams, hosts: number, rule: Rule): void {
  const attributes = options.get('target_session_attrs');
  if (attributes === null || OF_PRIMARY.includes(attributes)) return;
  if (attributes === 'any' && hosts === 1) return;
  throw rule('must have target_session_attrs=read-write: only the primary is used');
}

function serverOf(name: string, rule: Rule): DatabaseServer {
  const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(name);
  if (!match || !isPercentEncoded(name)) throw rule('has a host that cannot be read');
  const [, address, host = '', port] = match;
  return { host: address ?? decodeURIComponent(host), port: Number(port ?? DEFAULT_PORT) };
}

/** With libpq's meaning of `sslmode`, which node-postgres has only on request. */
function clientOf(url: URL, rule: Rule): pg.ClientConfig {
  const options = new URL(url);
  checkOptions(options.searchParams, rule);
  // Connections have the name of what they are for.
  for (const name of ['host', 'port', 'application_name', 'uselibpqcompat', 'target_session_attrs'])
    options.searchParams.delete(name);
  let client: pg.ClientConfig;
  try {
    client = toClientConfig(parse(options.href, { useLibpqCompat: true }));
    if (typeof client.ssl === 'object') checkFiles(client.ssl);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw rule(`names a certificate, a key or a CA in a file that cannot be used (${code})`);
  }
  delete client.host;
  delete client.port;
  return client;
}

/** @throws Error with a code for what is no certificate or key, or for a key of another certificate */
function checkFiles(ssl: ConnectionOptions): void {
  createSecureContext(ssl);
  if (ssl.ca !== undefined) new X509Certificate(String(ssl.ca));
}

function checkOptions(options: URLSearchParams, rule: Rule): void {
  const unsupported = UNSUPPORTED.find((name) => options.has(name));
  if (unsupported !== undefined) throw rule(`has the option ${unsupported}, which is not supported`);
  checkTlsOptions(options, rule);
}

function checkTlsOptions(options: URLSearchParams, rule: Rule): void {
  const isSystem = options.get('sslrootcert') === 'system';
  if (isSystem) options.delete('sslrootcert');
  const mode = options.get('sslmode') ?? (isSystem ? 'verify-full' : undefined);
  if (mode === undefined) return;
  if (!SSL_MODES.includes(mode))
    throw rule(
      'must have sslmode disable, require, verify-ca or verify-full: a connection is never encrypted by chance',
    );
  if (isSystem && mode !== 'verify-full') throw rule('must have sslmode=verify-full with sslrootcert=system');
  if (mode === 'verify-ca' && !options.has('sslrootcert'))
    throw rule('must have sslrootcert with sslmode=verify-ca');
  // node-postgres' own name of what `require` does without a CA.
  if (mode === 'no-verify') options.delete('sslrootcert');
  options.set('sslmode', mode === 'no-verify' ? 'require' : mode);
}

function labelOf(servers: readonly DatabaseServer[], { pathname }: URL): string {
  return `postgresql://${servers.map(addressOf).join(',')}${pathname}`;
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
