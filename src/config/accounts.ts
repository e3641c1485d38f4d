import type { AppConfig } from './app-config.js';
import type { Environment } from './environment.js';
import { parseNotices } from './notices.js';
import { parseRegistration } from './registration.js';

const DAY_SECONDS = 86_400;

/** @throws ConfigurationError */
export function loadAccounts(
  environment: Environment,
): Pick<
  AppConfig,
  'registration' | 'requireVerifiedEmail' | 'oneTimeTokens' | 'deletionGraceDays' | 'notices'
> {
  return {
    registration: parseRegistration(environment),
    requireVerifiedEmail: environment.REQUIRE_VERIFIED_EMAIL,
    oneTimeTokens: {
      shortSeconds: environment.ONE_TIME_TOKEN_MINUTES * 60,
      longSeconds: environment.ONE_TIME_TOKEN_DAYS * DAY_SECONDS,
    },
    deletionGraceDays: environment.DELETION_GRACE_DAYS,
    notices: parseNotices(environment),
  };
}
