import type { AppConfig } from './app-config.js';
import { ConfigurationError } from './configuration.error.js';
import type { Environment } from './environment.js';

/** A host name with a dot, in its ASCII form (RFC 1035, RFC 5891). */
const DOMAIN = /^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/;
const MAX_DOMAINS = 100;

/** @throws ConfigurationError */
export function parseRegistration(environment: Environment): AppConfig['registration'] {
  const { REGISTRATION: mode, REGISTRATION_SILENT: isSilent } = environment;
  const domains = (environment.REGISTRATION_DOMAINS ?? '')
    .split(',')
    .map((domain) => domain.trim().toLowerCase())
    .filter((domain) => domain !== '');
  if (domains.length > MAX_DOMAINS || !domains.every((domain) => DOMAIN.test(domain)))
    throw new ConfigurationError([
      `REGISTRATION_DOMAINS must be at most ${MAX_DOMAINS} domains such as example.org, with commas between`,
    ]);
  return { mode, domains, isSilent };
}
