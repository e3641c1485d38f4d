import { domainToASCII } from 'node:url';
import type { AppConfig } from './app-config.js';
import { ConfigurationError } from './configuration.error.js';
import type { Environment } from './environment.js';

/** A host name with a dot, in its ASCII form (RFC 1035, RFC 5891). */
const DOMAIN = /^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/;
const MAX_DOMAINS = 100;

/** @throws ConfigurationError */
export function parseRegistration(environment: Environment): AppConfig['registration'] {
  const { REGISTRATION: mode, REGISTRATION_SILENT: isSilent } = environment;
  const domains = parseDomains(environment.REGISTRATION_DOMAINS);
  return { mode, domains, isSilent };
}

/** @returns the domains in their ASCII form; none for any domain */
function parseDomains(text: string | undefined): string[] {
  if (text === undefined) return [];
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const domains = names.map((name) => domainToASCII(name));
  // A list without a name must not admit every domain.
  const isRight = domains.length > 0 && domains.length <= MAX_DOMAINS;
  if (!isRight || !domains.every((domain) => DOMAIN.test(domain)))
    throw new ConfigurationError([
      `REGISTRATION_DOMAINS must be 1 to ${MAX_DOMAINS} domains such as example.org, with commas between`,
    ]);
  return domains;
}
