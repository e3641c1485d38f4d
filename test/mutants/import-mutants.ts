import type { Mutant } from './mutant.js';

const HASHES = 'src/users/hashes';
const READ_SPEC = ['src/users/hashes/read-hash.spec.ts'] as const;
const FOREIGN_SPEC = ['src/users/foreign-hashes.spec.ts'] as const;
const IMPORT_SPEC = ['test/e2e/import.spec.ts'] as const;
const REFUSALS_SPEC = ['test/e2e/import-refusals.spec.ts'] as const;
const RESUMPTION_SPEC = ['test/e2e/import-resumption.spec.ts'] as const;
const EXPORT_SPEC = ['test/e2e/export.spec.ts'] as const;
const DUMMY_SPEC = ['test/integration/dummy-hashes.spec.ts'] as const;
const WRITER = 'src/moving/account-writer.ts';
const IMPORT = 'src/moving/account-import.ts';

/** Changes after which an imported account is open to others, lost, there twice or costly, or an export is incomplete. */
export const IMPORT_MUTANTS: readonly Mutant[] = [
  {
    name: 'bcrypt may cost minutes',
    file: `${HASHES}/bcrypt-hash.ts`,
    text: 'if (cost > HASH_BOUNDS.bcryptCost)',
    replacement: 'if (cost > 31)',
    specs: READ_SPEC,
    test: 'bcrypt of a cost above 14',
  },
  {
    name: 'Argon2 may use gigabytes',
    file: `${HASHES}/argon2-hash.ts`,
    text: 'if (m > memoryKiB || m * t > argon2Work || p > lanes)',
    replacement: 'if (m * t > argon2Work * 1000 || p > lanes)',
    specs: READ_SPEC,
    test: 'Argon2 with more than 128 MiB',
  },
  {
    name: 'scrypt may use gigabytes',
    file: `${HASHES}/scrypt-hash.ts`,
    text: 'if (kiB > memoryKiB || 2 ** ln * r * p > scryptWork || p > lanes)',
    replacement: 'if (p > lanes)',
    specs: READ_SPEC,
    test: 'scrypt with gigabytes',
  },
  {
    name: 'PBKDF2 counts one block of a key',
    file: `${HASHES}/pbkdf2-hash.ts`,
    text: 'iterations * Math.ceil(key.length / DIGEST_BYTES[algorithm]) > pbkdf2Work',
    replacement: 'iterations > pbkdf2Work',
    specs: READ_SPEC,
    test: 'counts for two blocks',
  },
  {
    name: 'the hash of a password beyond 72 bytes is renewed',
    file: 'src/users/password-hasher.ts',
    text: 'return !isCutOffByBcrypt(stored, password);',
    replacement: 'return true || isCutOffByBcrypt(stored, password);',
    specs: FOREIGN_SPEC,
    test: 'compares 72 bytes by bcrypt',
  },
  {
    name: 'another hash than the current one is kept at a login',
    file: 'src/users/password-hasher.ts',
    text: 'return !stored.startsWith(CURRENT_PREFIX);',
    replacement: "return !stored.startsWith('$');",
    specs: IMPORT_SPEC,
    test: 'keeps what NDJSON says',
  },
  {
    name: 'salted digests are taken without being asked for',
    file: 'src/moving/hash-rules.ts',
    text: "if (read.kind === 'digest' && !allowsWeakHashes)",
    replacement: "if (read.kind === 'digest' && allowsWeakHashes)",
    specs: REFUSALS_SPEC,
    test: 'refuses each hostile record',
  },
  {
    name: 'a deactivated account is imported as an active one',
    file: 'src/moving/account-rules.ts',
    text: "isActive: booleanOf('is_active', source.is_active) ?? true",
    replacement: "isActive: booleanOf('is_active', source.is_active) !== undefined || true",
    specs: IMPORT_SPEC,
    test: 'takes CSV',
  },
  {
    name: 'a role of the source is taken that ROLES does not have',
    file: 'src/moving/role-map.ts',
    text: "if (target !== '' && !this.roles.names.includes(target))",
    replacement: "if (target === ' ')",
    specs: ['src/moving/role-map.spec.ts'],
    test: 'refuses the roles',
  },
  {
    name: 'an address that its owner may take back is given away',
    file: WRITER,
    text: 'if (found.length === 0) return { inserted, reserved };',
    replacement: 'if (found.length >= 0) return { inserted, reserved };',
    specs: IMPORT_SPEC,
    test: 'may take it back',
  },
  {
    name: 'the second of two records of one address counts as there already',
    file: 'src/moving/record-checker.ts',
    text: 'if (isNew.includes(false))',
    replacement: 'if (isNew.length === 0)',
    specs: IMPORT_SPEC,
    test: 'refuses what contradicts them',
  },
  {
    name: 'an update changes accounts that are used here',
    file: 'src/moving/import-statements.ts',
    text: 'AND NOT starts_with(users.password_hash, $6)',
    replacement: 'AND NOT starts_with($6, users.password_hash)',
    specs: IMPORT_SPEC,
    test: 'until the account is used here',
  },
  {
    name: 'an update takes the role of an admin',
    file: 'src/moving/import-statements.ts',
    text: `WHERE users.role <> '\${ADMIN_ROLE}' AND`,
    replacement: `WHERE users.role <> '\${ADMIN_ROLE}x' AND`,
    specs: IMPORT_SPEC,
    test: 'changes no admin',
  },
  {
    name: 'a dry run writes',
    file: WRITER,
    text: 'const { inserted, reserved } = isDryRun\n',
    replacement: 'const { inserted, reserved } = isDryRun && updates\n',
    specs: IMPORT_SPEC,
    test: 'writes nothing in a dry run',
  },
  {
    name: 'an import that goes on counts records again',
    file: IMPORT,
    text: 'if (record > done) batch.add(',
    replacement: 'if (record > 0) batch.add(',
    specs: RESUMPTION_SPEC,
    test: 'goes on by the same command',
  },
  {
    name: 'the report has the records of a lost batch twice',
    file: 'src/moving/import-report.ts',
    text: 'await file.truncate(kept);',
    replacement: 'await file.truncate(size);',
    specs: RESUMPTION_SPEC,
    test: 'goes on by the same command',
  },
  {
    name: 'two imports run at once',
    file: IMPORT,
    text: "if (lock?.isHeld !== true) throw new Error('Another import runs on this database');",
    replacement: 'void lock;',
    specs: RESUMPTION_SPEC,
    test: 'lets no second import run',
  },
  {
    name: 'others read the file of an export',
    file: 'src/moving/export-target.ts',
    text: "await open(draft, 'wx', OWNER_ONLY)",
    replacement: "await open(draft, 'wx')",
    specs: EXPORT_SPEC,
    test: 'gives a file',
  },
  {
    name: 'an export is no event of the audit trail',
    file: 'src/moving/account-export.ts',
    text: "await noteWithin(session.run, 'accounts.exported', SERVICE_ACTOR, {});",
    replacement: 'void [noteWithin, SERVICE_ACTOR];',
    specs: EXPORT_SPEC,
    test: 'is an event',
  },
  {
    name: 'each unknown address has the same dummy hash',
    file: 'src/users/dummy-hashes.service.ts',
    text: 'return this.sample[Math.floor(fraction * this.sample.length)];',
    replacement: 'return this.sample[Math.floor(fraction * 0)];',
    specs: DUMMY_SPEC,
    test: 'by the share of that kind',
  },
  {
    name: 'the memory keeps hashes of accounts as dummy hashes',
    file: 'src/users/dummy-hashes.service.ts',
    text: 'rows.map(({ hash }) => withoutValue(hash)).sort()',
    replacement: 'rows.map(({ hash }) => hash || withoutValue(hash)).sort()',
    specs: DUMMY_SPEC,
    test: 'is no hash of an account',
  },
];
