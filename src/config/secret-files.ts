import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { collect, ConfigurationError } from './configuration.error.js';

/** Variables that may be in a file, which `<name>_FILE` names: a secret of Docker, a volume of Kubernetes, an agent of a vault. */
const SECRETS = [
  'JWT_SECRET',
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'REDIS_URL',
  'REDIS_SENTINEL_PASSWORD',
  'ADMIN_PASSWORD',
  'SMTP_URL',
] as const;

export type Secret = (typeof SECRETS)[number];

/** More is no secret, and nothing without end is read. */
const MAX_BYTES = 65_536;

type Variables = Record<string, string | undefined>;

/**
 * Adds the secrets that are in files to the variables.
 * @throws ConfigurationError that names each variable whose file cannot be used, or that is set beside its file
 */
export function withSecretFiles(variables: Variables): Variables {
  const problems: string[] = [];
  const values = { ...variables };
  for (const name of SECRETS) {
    const path = variables[`${name}_FILE`];
    if (!path) continue;
    if (variables[name]) problems.push(`${name} and ${name}_FILE must not be set together`);
    else values[name] = collect(problems, () => readSecretFile(name, path));
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return values;
}

/**
 * Reads the file of `<name>_FILE`. Line breaks at its end do not belong to the secret.
 * @throws ConfigurationError that names the variable and, where it is one, the path, and no content
 */
export function readSecretFile(name: Secret, path: string): string {
  return readText(
    path,
    MAX_BYTES,
    (words) => new ConfigurationError([`${name}_FILE${shownPath(path)} ${words}`]),
  ).replace(/[\r\n]+$/, '');
}

/**
 * Reads a file of text that is not empty.
 * @param maxBytes nothing longer is read
 * @param rule makes the error from the rest of a sentence
 */
export function readText(
  path: string,
  maxBytes: number,
  rule: (words: string) => ConfigurationError,
): string {
  let content: Buffer;
  try {
    const file = statSync(path);
    // A pipe would be waited for, and a device may have no end.
    if (!file.isFile()) throw rule('must be a file');
    if (file.size > maxBytes) throw rule(`must have at most ${maxBytes} bytes`);
    content = readFileSync(path);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw rule(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (!isUtf8(content)) throw rule('must be UTF-8 text');
  const text = content.toString('utf8');
  if (/^[\r\n]*$/.test(text)) throw rule('must not be empty');
  return text;
}

/**
 * Answers what `read` answers at each call, and the last such answer while a file cannot be used: it may be written just now.
 * @param last the answer until then
 */
export function lastReadable<T>(last: T, read: () => T): () => T {
  let answer = last;
  return () => {
    try {
      answer = read();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
    }
    return answer;
  };
}

/** A path in brackets. A secret that was set instead of its path is in no folder, and is not shown. */
export function shownPath(path: string): string {
  const folder = dirname(path);
  return folder !== '.' && folder !== '/' && existsSync(folder) ? ` (${path})` : '';
}
