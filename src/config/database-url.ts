import { ConfigurationError } from './configuration.error.js';
import type { Environment } from './environment.js';

/**
 * The checked `DATABASE_URL`; `undefined` for the embedded database, which production refuses.
 * @throws ConfigurationError whose message holds no part of the URL
 */
export function loadDatabaseUrl(environment: Environment): string | undefined {
  const { DATABASE_URL: text, NODE_ENV: mode } = environment;
  if (text !== undefined) return checked(text);
  if (mode === 'production') throw new ConfigurationError(['DATABASE_URL is required in production']);
  return undefined;
}

/** The URL as people may see it: without user name, password and options. */
export function databaseLabel(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  return `postgresql://${hostname || searchParams.get('host')}:${port || '5432'}${pathname}`;
}

function checked(text: string): string {
  if (!/^postgres(ql)?:\/\/./.test(text)) throw rule('must be a postgresql:// URL');
  if (!URL.canParse(text)) {
    throw rule(
      'is not a valid URL; special characters in the user name and the password are percent-encoded',
    );
  }
  const { username, password, hostname, pathname, hash, searchParams } = new URL(text);
  if (![username, password, hostname, pathname].every(isPercentEncoded)) {
    throw rule('is not percent-encoded correctly');
  }
  // An unencoded # in the password would make its first part the host.
  if (hash !== '') throw rule('is not a valid URL: # must be written as %23');
  if (hostname === '' && !searchParams.has('host')) throw rule('must name a host');
  return text;
}

const rule = (words: string): ConfigurationError => new ConfigurationError([`DATABASE_URL ${words}`]);

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
