import { randomUUID } from 'node:crypto';
import { isEmail } from 'class-validator';
import { canonicalLocale } from '../common/canonical-locale.js';
import { isUuid } from '../common/uuid.js';
import { MAX_EMAIL } from '../http/address.dto.js';
import { normaliseEmail } from '../users/email.js';
import { isFalse, isTrue } from './members.js';
import type { ImportedAccount } from './imported-account.js';
import { type HashRules, storedHashOf } from './hash-rules.js';
import { RefusedRecord } from './refused-record.js';
import type { RoleMap } from './role-map.js';
import type { SourceAccount } from './source-record.js';
import { utcTimeOf } from './time-text.js';
import { uuidOfName } from './uuid-of-name.js';

const MAX_NAME = 200;
const MAX_LOCALE = 35;
/** Neither control characters nor halves of a surrogate pair, which UTF-8 has not. */
const ONE_LINE = /^[^\p{Cc}\p{Cs}]*$/u;
const DAY_MS = 86_400_000;

export interface AccountRules extends HashRules {
  readonly roles: RoleMap;
  /** Names the source of ids that are no UUID; `undefined` where such ids are refused. */
  readonly foreignIds: string | undefined;
}

/** Demands of an account what a registration demands. @throws RefusedRecord */
export function checkedAccount(source: SourceAccount, rules: AccountRules): ImportedAccount {
  const email = addressOf(source.email);
  const id = idOf(source.id, rules.foreignIds);
  return {
    id: id ?? randomUUID(),
    hasGivenId: id !== undefined,
    email,
    emailVerified: booleanOf('email_verified', source.email_verified) ?? false,
    fullName: nameOf(source.full_name) ?? email.slice(0, email.lastIndexOf('@')),
    role: rules.roles.roleOf(source.roles ?? []),
    isActive: booleanOf('is_active', source.is_active) ?? true,
    passwordHash: storedHashOf(source.password_hash, rules),
    locale: localeOf(source.locale),
    createdAt: timeOf('created_at', source.created_at),
    updatedAt: timeOf('updated_at', source.updated_at),
  };
}

function addressOf(value: unknown): string {
  if (isAbsent(value)) throw new RefusedRecord('email_missing', 'The account has no address');
  const trimmed = typeof value === 'string' ? value.trim() : value;
  if (!isEmail(trimmed) || String(trimmed).length > MAX_EMAIL)
    throw new RefusedRecord('invalid_email', `email must be an address of at most ${MAX_EMAIL} characters`);
  return normaliseEmail(String(trimmed));
}

function idOf(value: unknown, foreignIds: string | undefined): string | undefined {
  if (isAbsent(value)) return undefined;
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') throw new RefusedRecord('invalid_id', 'id must be a text');
  if (isUuid(text.toLowerCase())) return text.toLowerCase();
  if (foreignIds === undefined) throw new RefusedRecord('invalid_id', 'id must be a UUID');
  return uuidOfName(`${foreignIds}:${text}`);
}

function nameOf(value: unknown): string | undefined {
  if (isAbsent(value)) return undefined;
  const name = typeof value === 'string' ? value.trim() : '';
  if (name === '' || name.length > MAX_NAME || !ONE_LINE.test(name))
    throw new RefusedRecord('invalid_name', `full_name must be one line of 1 to ${MAX_NAME} characters`);
  return name;
}

function booleanOf(member: string, value: unknown): boolean | undefined {
  if (isAbsent(value)) return undefined;
  if (isTrue(value)) return true;
  if (isFalse(value)) return false;
  throw new RefusedRecord('wrong_type', `${member} must be true or false`);
}

function localeOf(value: unknown): string | null {
  if (isAbsent(value)) return null;
  const locale = typeof value === 'string' && value.length <= MAX_LOCALE ? canonicalLocale(value) : undefined;
  if (locale === undefined)
    throw new RefusedRecord(
      'invalid_locale',
      `locale must be a language tag of at most ${MAX_LOCALE} characters`,
    );
  return locale;
}

function timeOf(member: string, value: unknown): string | null {
  if (isAbsent(value)) return null;
  const time = typeof value === 'string' ? utcTimeOf(value) : undefined;
  if (time === undefined || time.epochMs > Date.now() + DAY_MS)
    throw new RefusedRecord('invalid_time', `${member} must be a time in ISO 8601 that has been`);
  return time.text;
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';
