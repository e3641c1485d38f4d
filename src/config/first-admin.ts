import type { AppConfig } from './app-config.js';
import { ConfigurationError } from './configuration.error.js';
import type { Environment } from './environment.js';
import { passwordRefusal, type PasswordRules } from './password-rules.js';

export const FIRST_ADMIN_NAME = 'Administrator';

/** @throws ConfigurationError when the admin is half named, or when the rules refuse the password */
export function parseFirstAdmin(
  { ADMIN_EMAIL: email, ADMIN_PASSWORD: password }: Environment,
  rules: PasswordRules,
): AppConfig['firstAdmin'] {
  if (email === undefined && password === undefined) return undefined;
  if (email === undefined || password === undefined) {
    throw new ConfigurationError(['ADMIN_EMAIL and ADMIN_PASSWORD must be set together']);
  }
  const refusal = passwordRefusal(password, { email, fullName: FIRST_ADMIN_NAME }, rules);
  if (refusal !== undefined) throw new ConfigurationError([`ADMIN_PASSWORD ${refusal.text}`]);
  return { email, password };
}
