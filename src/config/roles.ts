import type { AppConfig } from './app-config.js';
import { ConfigurationError } from './configuration.error.js';
import type { Environment } from './environment.js';

/** The role that may administer the other accounts; at least one active account keeps it. */
export const ADMIN_ROLE = 'admin';

/** As in the check of `users.role`. */
export const ROLE_NAME = /^[a-z0-9_-]{1,30}$/;
const MAX_ROLES = 50;

/** @throws ConfigurationError */
export function parseRoles({ ROLES, DEFAULT_ROLE }: Environment): AppConfig['roles'] {
  const names = ROLES.split(',').map((name) => name.trim());
  if (names.length > MAX_ROLES || !names.every((name) => ROLE_NAME.test(name)))
    throw wrong(
      `ROLES must be at most ${MAX_ROLES} names with commas between, each of 1 to 30 characters: a to z, digits, _ and -`,
    );
  if (new Set(names).size < names.length) throw wrong('ROLES must have each name once');
  if (!names.includes(ADMIN_ROLE)) throw wrong(`ROLES must have ${ADMIN_ROLE}`);
  const others = names.filter((name) => name !== ADMIN_ROLE);
  const [first] = others;
  if (first === undefined) throw wrong(`ROLES must have a role beside ${ADMIN_ROLE}, for new accounts`);
  const initial = DEFAULT_ROLE ?? first;
  if (!others.includes(initial)) throw wrong(`DEFAULT_ROLE must be one of ROLES, and not ${ADMIN_ROLE}`);
  return { names, default: initial };
}

const wrong = (problem: string): ConfigurationError => new ConfigurationError([problem]);
