import type { Check, InstanceCheck } from '../check.js';
import { ADMIN_LOGIN, LOGIN, READ, REGISTER, SESSIONS } from './account-checks.js';
import {
  DEACTIVATE,
  DEACTIVATED_ACCESS,
  DEACTIVATED_LOGIN,
  ROLE_GRANT,
  ROLE_GRANTED,
  ROLE_REMOVE,
  ROLE_REMOVED,
} from './admin-checks.js';
import { ERASE, ERASED_ACCESS, ERASED_LOGIN } from './erasure-checks.js';
import { LIVE_END, LIVE_OPEN, LOGOUT, LOGOUT_ACCESS, LOGOUT_REFRESH } from './logout-checks.js';
import { MAIL } from './mail-checks.js';
import { REFRESH, REFRESH_REPEATED, REUSE, REUSE_ACCESS, REUSE_SUCCESSOR } from './refresh-checks.js';
import { DISCOVERY, HEALTH, ISSUER_ADDRESS, SIGNING_KEYS } from './service-checks.js';

/** In this order: the story of one account. The grace period of the old refresh token passes while others run. */
export const CHECKS: readonly (Check | InstanceCheck)[] = [
  HEALTH,
  ADMIN_LOGIN,
  REGISTER,
  LOGIN,
  DISCOVERY,
  ISSUER_ADDRESS,
  SIGNING_KEYS,
  READ,
  SESSIONS,
  LIVE_OPEN,
  REFRESH,
  REFRESH_REPEATED,
  LOGOUT,
  LOGOUT_ACCESS,
  LOGOUT_REFRESH,
  LIVE_END,
  ROLE_GRANT,
  ROLE_GRANTED,
  ROLE_REMOVE,
  ROLE_REMOVED,
  REUSE,
  REUSE_SUCCESSOR,
  REUSE_ACCESS,
  DEACTIVATE,
  DEACTIVATED_ACCESS,
  DEACTIVATED_LOGIN,
  ERASE,
  ERASED_ACCESS,
  ERASED_LOGIN,
  MAIL,
];
