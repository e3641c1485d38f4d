import type { AppConfig } from '../config/app-config.js';
import type { ConsoleConfig } from '../config/console-config.js';

/** What the pages are given. It is public: it has nothing that the forms do not show. */
export interface ConsoleSettings {
  name: string;
  /** Whether there is one at `console/logo`. */
  has_logo: boolean;
  color: ConsoleConfig['color'];
  registration: AppConfig['registration']['mode'];
  silent: boolean;
  verified_email_required: boolean;
  /** Whether mails are sent. */
  mail: boolean;
  roles: readonly string[];
  default_role: string;
  /** Of mails. */
  languages: readonly string[];
  /** From the request to delete an account to its erasure; 0 for at once. */
  deletion_grace_days: number;
  password: { min: number; max: number };
}

/** @param languages that mails have texts in */
export function settingsOf(
  config: AppConfig,
  { name, logo, color }: ConsoleConfig,
  languages: readonly string[],
): ConsoleSettings {
  const { registration, requireVerifiedEmail, mail, roles, passwords, deletionGraceDays } = config;
  return {
    name,
    has_logo: logo !== undefined,
    color,
    registration: registration.mode,
    silent: registration.isSilent,
    verified_email_required: requireVerifiedEmail,
    mail: mail.transport !== undefined,
    roles: roles.names,
    default_role: roles.default,
    languages,
    deletion_grace_days: deletionGraceDays,
    password: { min: passwords.minLength, max: passwords.maxLength },
  };
}
