import { ACCEPTANCE_MUTANTS } from './acceptance-mutants.js';
import { ADMIN_SESSIONS_MUTANTS } from './admin-sessions-mutants.js';
import { CACHE_MUTANTS } from './cache-mutants.js';
import { CLIENT_MUTANTS } from './client-mutants.js';
import { CLUSTER_MUTANTS } from './cluster-mutants.js';
import { COMMAND_MUTANTS } from './command-mutants.js';
import { COOKIE_MUTANTS } from './cookie-mutants.js';
import { ERASURE_MUTANTS } from './erasure-mutants.js';
import { FEED_MUTANTS } from './feed-mutants.js';
import { GENERATION_MUTANTS } from './generation-mutants.js';
import { IMPORT_MUTANTS } from './import-mutants.js';
import { LIMIT_MUTANTS } from './limit-mutants.js';
import { INVITATION_MUTANTS } from './invitation-mutants.js';
import { KEY_MUTANTS } from './key-mutants.js';
import { LOG_MUTANTS } from './log-mutants.js';
import { MAIL_MUTANTS } from './mail-mutants.js';
import { MODEL_MUTANTS } from './model-mutants.js';
import { MIGRATION_MUTANTS } from './migration-mutants.js';
import { type Mutant, mutantsOf } from './mutant.js';
import { OUTBOX_MUTANTS } from './outbox-mutants.js';
import { PAGE_MUTANTS } from './page-mutants.js';
import { PASSWORD_MUTANTS } from './password-mutants.js';
import { POOLER_MUTANTS } from './pooler-mutants.js';
import { PROOF_MUTANTS } from './proof-mutants.js';
import { RECOVERY_MUTANTS } from './recovery-mutants.js';
import { ROLE_MUTANTS } from './role-mutants.js';
import { SCHEMA_MUTANTS } from './schema-mutants.js';
import { SECRET_MUTANTS } from './secret-mutants.js';
import { TRACING_MUTANTS } from './tracing-mutants.js';
import { VERIFIER_HISTORY_MUTANTS } from './verifier-history-mutants.js';
import { VERIFIER_MUTANTS } from './verifier-mutants.js';

const ROUTES_SPEC = 'test/integration/routes.spec.ts';
const REDIS_STORE = 'src/cache/redis-cache.store.ts';

/**
 * Each breaks a promise of the README or of SECURITY.md, or a rule of the model in docs/model. `npm run test:mutants` shows that a
 * test fails for each.
 */
export const MUTANTS: readonly Mutant[] = [
  ...ACCEPTANCE_MUTANTS,
  ...ADMIN_SESSIONS_MUTANTS,
  ...CACHE_MUTANTS,
  ...CLIENT_MUTANTS,
  ...INVITATION_MUTANTS,
  ...CLUSTER_MUTANTS,
  ...IMPORT_MUTANTS,
  ...COMMAND_MUTANTS,
  ...COOKIE_MUTANTS,
  ...KEY_MUTANTS,
  ...MODEL_MUTANTS,
  ...PAGE_MUTANTS,
  ...PASSWORD_MUTANTS,
  ...LIMIT_MUTANTS,
  ...LOG_MUTANTS,
  ...MAIL_MUTANTS,
  ...MIGRATION_MUTANTS,
  ...OUTBOX_MUTANTS,
  ...POOLER_MUTANTS,
  ...ERASURE_MUTANTS,
  ...FEED_MUTANTS,
  ...GENERATION_MUTANTS,
  ...PROOF_MUTANTS,
  ...RECOVERY_MUTANTS,
  ...ROLE_MUTANTS,
  ...SCHEMA_MUTANTS,
  ...SECRET_MUTANTS,
  ...TRACING_MUTANTS,
  ...VERIFIER_MUTANTS,
  ...VERIFIER_HISTORY_MUTANTS,
  ...mutantsOf('src/auth/jwt-auth.guard.ts', ROUTES_SPEC)`
    a route without a decorator is public | if closed, answers 401 without a token
      - ?? super.canActivate(context)
      + ?? true
  `,
  ...mutantsOf('src/http/roles.guard.ts', ROUTES_SPEC)`
    any role passes as an admin | if for admins, answers 403
      - user === undefined || !roles.includes(user.role)
      + user === undefined
  `,
  ...mutantsOf('src/http/role-member.ts', 'src/http/validation.pipe.spec.ts')`
    a role that is not configured can be granted
      - if (role === undefined || names.some((name) => name === role)) return [];
      + if (role === undefined || role !== null) return [];
  `,
  ...mutantsOf('src/registration/registration.service.ts', 'test/e2e/own-roles.spec.ts')`
    a registration for another role seems to succeed | register accounts with their own default role
      - if (body.role !== undefined && body.role !== role)
      + if (body.role === '')
  `,
  ...mutantsOf('src/http/validation.pipe.ts', 'src/http/validation.pipe.spec.ts')`
    unknown members of a body are accepted
      - forbidNonWhitelisted: true,
      + forbidNonWhitelisted: false,
    unknown members of a body reach the service
      - whitelist: true,
      + whitelist: false,
  `,
  ...mutantsOf('src/cache/read-batch.ts', 'src/cache/read-batch.spec.ts')`
    a request gets the values of another one in its batch
      - values[index]
      + values[0]
  `,
  ...mutantsOf(REDIS_STORE, 'test/contracts/redis-cache.store.spec.ts')`
    NOLEASE: a fill is written whatever became of its lease | when an entry is filled
      - if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
      +
  `,
  ...mutantsOf('src/cache/entry-keys.ts', 'test/contracts/redis-cache.store.spec.ts')`
    an invalidation leaves the leases | when an entry is filled
      - [leaseKey(key), key]
      + [key]
  `,
  ...mutantsOf(REDIS_STORE, 'test/contracts/redis-outage.spec.ts')`
    a lease of an earlier connection is accepted | refuses the lease of an earlier connection
      - if (!lease.startsWith(\`\${epoch}:\`)) return false;
      +
  `,
  ...mutantsOf('src/redis/redis-connection.ts', 'test/contracts/redis-role.spec.ts')`
    a replica is accepted as the master of Redis
      - !Array.isArray(role) || String(role[0]) !== 'master'
      + !Array.isArray(role)
  `,
  ...mutantsOf('src/database/data-folder-lock.ts', 'test/integration/data-folder-lock.long.spec.ts')`
    two processes use one data folder | in another PID namespace
      - return code !== 'ECONNREFUSED' && code !== 'ENOENT';
      + return false;
  `,
];
