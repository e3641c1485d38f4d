import { CreateAccountsAndSessions1764000000000 } from './1764000000000-create-accounts-and-sessions.js';
import { CreateInvalidationLog1764000000001 } from './1764000000001-create-invalidation-log.js';
import { CreateAuditTrail1764000000002 } from './1764000000002-create-audit-trail.js';
import { ReadLogBySnapshot1764000000003 } from './1764000000003-read-log-by-snapshot.js';
import { KeepWhoRotated1764000000004 } from './1764000000004-keep-who-rotated.js';
import { DropSessionsEndedIndex1764000000005 } from './1764000000005-drop-sessions-ended-index.js';
import { CompareAddressesByBytes1764000000006 } from './1764000000006-compare-addresses-by-bytes.js';
import { CreateLimitCounts1764000000007 } from './1764000000007-create-limit-counts.js';
import { CreateOAuthClients1764000000008 } from './1764000000008-create-oauth-clients.js';
import { CreateEventStreams1764000000009 } from './1764000000009-create-event-streams.js';
import { KeepAuditEvents1764000000010 } from './1764000000010-keep-audit-events.js';
import { QueueAuditEvents1764000000012 } from './1764000000012-queue-audit-events.js';
import { MarkHistory1764000000015 } from './1764000000015-mark-history.js';
import { NameCaches1764000000016 } from './1764000000016-name-caches.js';
import { LogMovedSessions1764000000020 } from './1764000000020-log-moved-sessions.js';
import { IndexSessionsByClient1764000000021 } from './1764000000021-index-sessions-by-client.js';
import { OrderAuditOutboxByTransaction1764000000022 } from './1764000000022-order-audit-outbox-by-transaction.js';
import { IndexSessionsByNetwork1764000000023 } from './1764000000023-index-sessions-by-network.js';
import { StampAuditEvents1764000000024 } from './1764000000024-stamp-audit-events.js';
import { ScopeOAuthClients1764000000025 } from './1764000000025-scope-oauth-clients.js';
import { LeaveRolesToConfiguration1764000000026 } from './1764000000026-leave-roles-to-configuration.js';
import { ManageOAuthClientsByFile1764000000027 } from './1764000000027-manage-oauth-clients-by-file.js';
import { LogChangedClaims1764000000028 } from './1764000000028-log-changed-claims.js';
import { CreateMailOutbox1764000000029 } from './1764000000029-create-mail-outbox.js';
import { CreateOneTimeTokens1764000000030 } from './1764000000030-create-one-time-tokens.js';
import { SessionGenerations1764000000031 } from './1764000000031-session-generations.js';
import { CreateInvitations1764000000032 } from './1764000000032-create-invitations.js';
import { NameSessions1764000000033 } from './1764000000033-name-sessions.js';
import { IndexAuditByActor1764000000034 } from './1764000000034-index-audit-by-actor.js';
import { CreateImportPositions1764000000035 } from './1764000000035-create-import-positions.js';
import { EraseAccounts1764000000036 } from './1764000000036-erase-accounts.js';
import { LogChangesOfTheDirectory1764000000037 } from './1764000000037-log-changes-of-the-directory.js';
import { CreateUserDirectory1764000000038 } from './1764000000038-create-user-directory.js';
import { FixSearchPaths1764000000039 } from './1764000000039-fix-search-paths.js';

/** Every migration, oldest first. */
export const MIGRATIONS = [
  CreateAccountsAndSessions1764000000000,
  CreateInvalidationLog1764000000001,
  CreateAuditTrail1764000000002,
  ReadLogBySnapshot1764000000003,
  KeepWhoRotated1764000000004,
  DropSessionsEndedIndex1764000000005,
  CompareAddressesByBytes1764000000006,
  CreateLimitCounts1764000000007,
  CreateOAuthClients1764000000008,
  CreateEventStreams1764000000009,
  KeepAuditEvents1764000000010,
  QueueAuditEvents1764000000012,
  MarkHistory1764000000015,
  NameCaches1764000000016,
  LogMovedSessions1764000000020,
  IndexSessionsByClient1764000000021,
  OrderAuditOutboxByTransaction1764000000022,
  IndexSessionsByNetwork1764000000023,
  StampAuditEvents1764000000024,
  ScopeOAuthClients1764000000025,
  LeaveRolesToConfiguration1764000000026,
  ManageOAuthClientsByFile1764000000027,
  LogChangedClaims1764000000028,
  CreateMailOutbox1764000000029,
  CreateOneTimeTokens1764000000030,
  SessionGenerations1764000000031,
  CreateInvitations1764000000032,
  NameSessions1764000000033,
  IndexAuditByActor1764000000034,
  CreateImportPositions1764000000035,
  EraseAccounts1764000000036,
  LogChangesOfTheDirectory1764000000037,
  CreateUserDirectory1764000000038,
  FixSearchPaths1764000000039,
];
