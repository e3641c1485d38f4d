import { type Mutant, mutantsOf } from './mutant.js';

const HASHES = 'src/users/hashes';
const READ_SPEC = 'src/users/hashes/read-hash.spec.ts';
const IMPORT_SPEC = 'test/e2e/import.spec.ts';
const RESUMPTION_SPEC = 'test/e2e/import-resumption.spec.ts';
const EXPORT_SPEC = 'test/e2e/export.spec.ts';

/** Changes after which an imported account is open to others, lost, there twice or costly, or an export is incomplete. */
export const IMPORT_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(`${HASHES}/bcrypt-hash.ts`, READ_SPEC)`
    bcrypt may cost minutes | bcrypt of a cost above 14
      - if (cost > HASH_BOUNDS.bcryptCost)
      + if (cost > 31)
  `,
  ...mutantsOf(`${HASHES}/argon2-hash.ts`, READ_SPEC)`
    Argon2 may use gigabytes | Argon2 with more than 128 MiB
      - if (m > memoryKiB || m * t > argon2Work || p > lanes)
      + if (m * t > argon2Work * 1000 || p > lanes)
  `,
  ...mutantsOf(`${HASHES}/scrypt-hash.ts`, READ_SPEC)`
    scrypt may use gigabytes | scrypt with gigabytes
      - if (kiB > memoryKiB || 2 ** ln * r * p > scryptWork || p > lanes)
      + if (p > lanes)
  `,
  ...mutantsOf(`${HASHES}/pbkdf2-hash.ts`, READ_SPEC)`
    PBKDF2 counts one block of a key | counts for two blocks
      - iterations * Math.ceil(key.length / DIGEST_BYTES[algorithm]) > pbkdf2Work
      + iterations > pbkdf2Work
  `,
  ...mutantsOf('src/users/password-hasher.ts', 'src/users/foreign-hashes.spec.ts')`
    the hash of a password beyond 72 bytes is renewed | compares 72 bytes by bcrypt
      - return !isCutOffByBcrypt(stored, password);
      + return true || isCutOffByBcrypt(stored, password);
  `,
  ...mutantsOf('src/users/password-hasher.ts', IMPORT_SPEC)`
    another hash than the current one is kept at a login | keeps what NDJSON says
      - return !stored.startsWith(CURRENT_PREFIX);
      + return !stored.startsWith('$');
  `,
  ...mutantsOf('src/moving/hash-rules.ts', 'test/e2e/import-refusals.spec.ts')`
    salted digests are taken without being asked for | refuses each hostile record
      - if (read.kind === 'digest' && !allowsWeakHashes)
      + if (read.kind === 'digest' && allowsWeakHashes)
  `,
  ...mutantsOf('src/moving/account-rules.ts', IMPORT_SPEC)`
    a deactivated account is imported as an active one | takes CSV
      - isActive: booleanOf('is_active', source.is_active) ?? true
      + isActive: booleanOf('is_active', source.is_active) !== undefined || true
  `,
  ...mutantsOf('src/moving/role-map.ts', 'src/moving/role-map.spec.ts')`
    a role of the source is taken that ROLES does not have | refuses the roles
      - if (target !== '' && !this.roles.names.includes(target))
      + if (target === ' ')
  `,
  ...mutantsOf('src/moving/account-writer.ts', IMPORT_SPEC)`
    an address that its owner may take back is given away | may take it back
      - if (found.length === 0) return { inserted, reserved };
      + if (found.length >= 0) return { inserted, reserved };
    a dry run writes | writes nothing in a dry run
      - const { inserted, reserved } = isDryRun
      -
      + const { inserted, reserved } = isDryRun && updates
      +
  `,
  ...mutantsOf('src/moving/record-checker.ts', IMPORT_SPEC)`
    the second of two records of one address counts as there already | refuses what contradicts them
      - if (isNew.includes(false))
      + if (isNew.length === 0)
  `,
  ...mutantsOf('src/moving/import-statements.ts', IMPORT_SPEC)`
    an update changes accounts that are used here | until the account is used here
      - AND NOT starts_with(users.password_hash, $6)
      + AND NOT starts_with($6, users.password_hash)
    an update takes the role of an admin | changes no admin
      - WHERE users.role <> '\${ADMIN_ROLE}' AND
      + WHERE users.role <> '\${ADMIN_ROLE}x' AND
  `,
  ...mutantsOf('src/moving/account-import.ts', RESUMPTION_SPEC)`
    an import that goes on counts records again | goes on by the same command
      - if (record > done) batch.add(
      + if (record > 0) batch.add(
    two imports run at once | lets no second import run
      - if (lock?.isHeld !== true) throw new Error('Another import runs on this database');
      + void lock;
  `,
  ...mutantsOf('src/moving/import-report.ts', RESUMPTION_SPEC)`
    the report has the records of a lost batch twice | goes on by the same command
      - await file.truncate(kept);
      + await file.truncate(size);
  `,
  ...mutantsOf('src/moving/export-target.ts', EXPORT_SPEC)`
    others read the file of an export | gives a file
      - await open(draft, 'wx', OWNER_ONLY)
      + await open(draft, 'wx')
  `,
  ...mutantsOf('src/moving/account-export.ts', EXPORT_SPEC)`
    an export is no event of the audit trail | is an event
      - await noteWithin(session.run, 'accounts.exported', SERVICE_ACTOR, {});
      + void [noteWithin, SERVICE_ACTOR];
  `,
  ...mutantsOf('src/users/dummy-hashes.service.ts', 'test/integration/dummy-hashes.spec.ts')`
    each unknown address has the same dummy hash | by the share of that kind
      - return this.sample[Math.floor(fraction * this.sample.length)];
      + return this.sample[Math.floor(fraction * 0)];
    the memory keeps hashes of accounts as dummy hashes | is no hash of an account
      - rows.map(({ hash }) => withoutValue(hash)).sort()
      + rows.map(({ hash }) => hash || withoutValue(hash)).sort()
  `,
];
