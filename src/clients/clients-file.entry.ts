import { dirname, resolve } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { ConfigurationError } from '../config/configuration.error.js';
import { type readText, shownPath } from '../config/secret-files.js';
import { violationOf } from '../http/violations.js';
import { CreateClientDto } from './client.dto.js';
import type { ClientSecrets } from './client.entity.js';
import { isClientId } from './client-id.js';
import { type ClientScope, DEFAULT_CLIENT_SCOPES } from './client-scope.js';
import { hashSecret, isStrongSecret, SECRET_RULE } from './client-secret.js';
import { isUuid } from '../common/uuid.js';

/** A client as its file describes it. */
export interface RegisteredEntry extends ClientSecrets {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly ClientScope[];
}

/** An entry of a file of clients. One that is revoked says nothing but its id. */
export type ClientEntry = RegisteredEntry | { readonly id: string; readonly isRevoked: true };

export interface EntryContext {
  /** Of the file of clients: paths are relative to its folder. */
  readonly file: string;
  /** Whether the files of secrets are read. Without them a check works where they are not, and the entries cannot be applied. */
  readonly withSecretFiles: boolean;
  readonly readText: typeof readText;
}

const MEMBERS = [
  'id',
  'name',
  'scopes',
  'secret_hash',
  'secret_file',
  'previous_secret_hash',
  'previous_secret_expires_at',
  'revoked',
];
const HASH = /^sha256:([\da-f]{64})$/;
const TIME = /^2\d{3}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
/** A member of a file can be a secret that is at the wrong place. */
const SHOWN_MEMBER = /^[a-z_]{1,30}$/;
const SURROGATE = /\p{Cs}/u;
const MAX_SECRET_BYTES = 1024;
const NO_HASH = Buffer.alloc(32);

type Members = Readonly<Record<string, unknown>>;

/**
 * Checks one entry: the API's own rules for name and scopes, and those of the file.
 * @throws ConfigurationError that names each rule, and no secret
 */
export function parseEntry(value: unknown, context: EntryContext): ClientEntry {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw broken('must be a map');
  const members = value as Members;
  const problems = Object.keys(members).filter((name) => !MEMBERS.includes(name));
  if (problems.length > 0) throw broken(...problems.map(unknownMember));
  const id = idOf(members['id']);
  const { revoked } = members;
  if (revoked !== undefined && typeof revoked !== 'boolean') throw broken('revoked must be true or false');
  if (revoked === true) return { id, isRevoked: true };
  return { id, ...factsOf(members), ...secretsOf(members, context) };
}

const broken = (...problems: string[]) => new ConfigurationError(problems);

const unknownMember = (name: string): string =>
  `${SHOWN_MEMBER.test(name) ? name : 'a member'} is not known here; the members are ${MEMBERS.join(', ')}`;

function idOf(id: unknown): string {
  if (typeof id !== 'string' || !isClientId(id))
    throw broken(
      'id must have 1 to 100 lower-case letters, digits, dots, _ and -, and begin with a letter or a digit',
    );
  if (isUuid(id)) throw broken('id must be no UUID: the service makes those for clients of the API');
  return id;
}

function factsOf({ name, scopes }: Members): Pick<RegisteredEntry, 'name' | 'scopes'> {
  const facts = plainToInstance(CreateClientDto, { name, scopes });
  const problems = validateSync(facts).map((error) => `${error.property} ${violationOf(facts, error).text}`);
  if (problems.length > 0) throw broken(...problems);
  if (SURROGATE.test(facts.name)) throw broken('name must be well-formed Unicode');
  return { name: facts.name, scopes: facts.scopes ?? DEFAULT_CLIENT_SCOPES };
}

function secretsOf(members: Members, context: EntryContext): ClientSecrets {
  const { secret_hash: hash, secret_file: path } = members;
  if ((hash === undefined) === (path === undefined))
    throw broken('must have either secret_hash or secret_file');
  const secretHash = path === undefined ? hashOf('secret_hash', hash) : hashOfFile(path, context);
  const { previous_secret_hash: previous, previous_secret_expires_at: until } = members;
  if ((previous === undefined) !== (until === undefined))
    throw broken('must have both previous_secret_hash and previous_secret_expires_at, or none');
  if (previous === undefined) return { secretHash, previousSecretHash: null, previousSecretExpiresAt: null };
  return {
    secretHash,
    previousSecretHash: hashOf('previous_secret_hash', previous),
    previousSecretExpiresAt: timeOf(until),
  };
}

function hashOf(member: string, value: unknown): Buffer {
  const [, hex] = (typeof value === 'string' && HASH.exec(value)) || [];
  if (hex === undefined)
    throw broken(`${member} must be sha256: and 64 hexadecimal digits, as clients hash prints`);
  return Buffer.from(hex, 'hex');
}

function timeOf(value: unknown): Date {
  const time = new Date(typeof value === 'string' && TIME.test(value) ? value : Number.NaN);
  if (Number.isNaN(time.getTime()))
    throw broken('previous_secret_expires_at must be a date and a time, such as 2026-11-24T12:00:00Z');
  return time;
}

function hashOfFile(path: unknown, { file, withSecretFiles, readText: read }: EntryContext): Buffer {
  if (typeof path !== 'string' || path === '') throw broken('secret_file must be a path');
  if (!withSecretFiles) return NO_HASH;
  const full = resolve(dirname(file), path);
  const rule = (words: string) => broken(`secret_file${path.includes('/') ? shownPath(full) : ''} ${words}`);
  const secret = read(full, MAX_SECRET_BYTES, rule).replace(/[\r\n]+$/, '');
  if (!isStrongSecret(secret)) throw rule(SECRET_RULE);
  return hashSecret(secret);
}
