import { CreateAccountsAndSessions1764000000000 } from './1764000000000-create-accounts-and-sessions.js';
import { CreateInvalidationLog1764000000001 } from './1764000000001-create-invalidation-log.js';
import { CreateAuditTrail1764000000002 } from './1764000000002-create-audit-trail.js';

/** Every migration, oldest first. */
export const MIGRATIONS = [
  CreateAccountsAndSessions1764000000000,
  CreateInvalidationLog1764000000001,
  CreateAuditTrail1764000000002,
];
