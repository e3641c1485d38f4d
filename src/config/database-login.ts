import type pg from 'pg';
import { ConfigurationError } from './configuration.error.js';
import type { DatabaseTarget } from './database-target.js';
import { lastReadable, readSecretFile } from './secret-files.js';

export type DatabaseVariable = 'DATABASE_URL' | 'DATABASE_DIRECT_URL';

/**
 * The target of a URL. When the URL is from a file, each new connection has the user and the password that the file has then, so that a
 * changed password needs no restart. All else is read at start: a file that names another server or database is ignored meanwhile.
 * @throws ConfigurationError of `parse`
 */
export function withCurrentLogin(
  variable: DatabaseVariable,
  file: string | undefined,
  url: string,
  parse: (variable: string, url: string) => DatabaseTarget,
): DatabaseTarget {
  const target = parse(variable, url);
  if (file === undefined) return target;
  const current = lastReadable(target.client, (): pg.ClientConfig => {
    const { label, client } = parse(variable, readSecretFile(variable, file));
    if (label !== target.label)
      throw new ConfigurationError([`${variable} names another server or database`]);
    return { ...target.client, user: client.user, password: client.password };
  });
  return {
    ...target,
    get client() {
      return current();
    },
  };
}
