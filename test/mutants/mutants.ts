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
import type { Mutant } from './mutant.js';
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

const ROUTES_SPEC = ['test/integration/routes.spec.ts'] as const;
const REDIS_STORE = 'src/cache/redis-cache.store.ts';
const LOCK = 'src/database/data-folder-lock.ts';
const LOCK_SPEC = ['test/integration/data-folder-lock.long.spec.ts'] as const;

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
  {
    name: 'a route without a decorator is public',
    file: 'src/auth/jwt-auth.guard.ts',
    text: '?? super.canActivate(context)',
    replacement: '?? true',
    specs: ROUTES_SPEC,
    test: 'if closed, answers 401 without a token',
  },
  {
    name: 'any role passes as an admin',
    file: 'src/http/roles.guard.ts',
    text: 'user === undefined || !roles.includes(user.role)',
    replacement: 'user === undefined',
    specs: ROUTES_SPEC,
    test: 'if for admins, answers 403',
  },
  {
    name: 'a role that is not configured can be granted',
    file: 'src/http/role-member.ts',
    text: 'if (role === undefined || names.some((name) => name === role)) return [];',
    replacement: 'if (role === undefined || role !== null) return [];',
    specs: ['src/http/validation.pipe.spec.ts'],
  },
  {
    name: 'a registration for another role seems to succeed',
    file: 'src/registration/registration.service.ts',
    text: 'if (body.role !== undefined && body.role !== role)',
    replacement: "if (body.role === '')",
    specs: ['test/e2e/own-roles.spec.ts'],
    test: 'register accounts with their own default role',
  },
  {
    name: 'unknown members of a body are accepted',
    file: 'src/http/validation.pipe.ts',
    text: 'forbidNonWhitelisted: true,',
    replacement: 'forbidNonWhitelisted: false,',
    specs: ['src/http/validation.pipe.spec.ts'],
  },
  {
    name: 'a request gets the values of another one in its batch',
    file: 'src/cache/read-batch.ts',
    text: 'values[index]',
    replacement: 'values[0]',
    specs: ['src/cache/read-batch.spec.ts'],
  },
  {
    name: 'NOLEASE: a fill is written whatever became of its lease',
    file: REDIS_STORE,
    text: "if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end",
    replacement: '',
    specs: ['test/contracts/redis-cache.store.spec.ts'],
    test: 'when an entry is filled',
  },
  {
    name: 'an invalidation leaves the leases',
    file: 'src/cache/entry-keys.ts',
    text: '[leaseKey(key), key]',
    replacement: '[key]',
    specs: ['test/contracts/redis-cache.store.spec.ts'],
    test: 'when an entry is filled',
  },
  {
    name: 'a lease of an earlier connection is accepted',
    file: REDIS_STORE,
    text: 'if (!lease.startsWith(`${epoch}:`)) return false;',
    replacement: '',
    specs: ['test/contracts/redis-outage.spec.ts'],
    test: 'refuses the lease of an earlier connection',
  },
  {
    name: 'a replica is accepted as the master of Redis',
    file: 'src/redis/redis-connection.ts',
    text: "!Array.isArray(role) || String(role[0]) !== 'master'",
    replacement: '!Array.isArray(role)',
    specs: ['test/contracts/redis-role.spec.ts'],
  },
  {
    name: 'unknown members of a body reach the service',
    file: 'src/http/validation.pipe.ts',
    text: 'whitelist: true,',
    replacement: 'whitelist: false,',
    specs: ['src/http/validation.pipe.spec.ts'],
  },
  {
    name: 'two processes use one data folder',
    file: LOCK,
    text: "return code !== 'ECONNREFUSED' && code !== 'ENOENT';",
    replacement: 'return false;',
    specs: LOCK_SPEC,
    test: 'in another PID namespace',
  },
];
