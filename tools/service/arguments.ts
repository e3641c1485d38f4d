import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from './usage-error.js';

/** Exit codes that all commands share. */
export const EXIT = { ok: 0, broken: 1, usage: 2, unexamined: 3, interrupted: 130 } as const;

/** The values of the options. @throws UsageError for an unknown option, a missing value or a positional argument */
export function parseOptions<Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>>['values'] {
  try {
    return parseArgs(config).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws UsageError unless it is an address of HTTP without user name, query and fragment */
export function parseServiceUrl(option: string, value: string | undefined): URL {
  if (value === undefined) throw new UsageError(`--${option} is required`);
  const rule = `--${option} must be http:// or https://, without user name, query and fragment`;
  if (!URL.canParse(value)) throw new UsageError(rule);
  const url = new URL(value);
  const isPlain = url.username + url.password + url.search + url.hash === '';
  if (!/^https?:$/.test(url.protocol) || !isPlain) throw new UsageError(rule);
  return url;
}

/** @throws UsageError unless it is a whole number within the bounds */
export function parseNumber(option: string, value: string, least: number, greatest: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= greatest) return number;
  throw new UsageError(`--${option} must be a whole number from ${least} to ${greatest}`);
}

/** The content of a file of certificates. @throws UsageError when it cannot be read or holds none */
export function readCertificates(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    const pem = readFileSync(path, 'utf8');
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error('no certificate in PEM');
    createSecureContext({ ca: pem });
    return pem;
  } catch (error) {
    throw new UsageError(`--ca ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
