import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { AuditAction } from '../audit/audit-action.js';
import { actorValues } from '../audit/audit-line.js';
import type { Command } from '../commands/command.js';
import { CommandsService } from '../commands/commands.service.js';
import { type Actor, SERVICE_ACTOR } from '../common/actor.js';
import type { Change, DirectoryMember, UserChangeReason } from '../log/change-feed.js';
import type { PageQueryDto } from '../http/page-query.dto.js';
import { ProblemError, Problems } from '../http/problem.error.js';
import { ADMIN_ROLE } from '../config/roles.js';
import { HotStatements } from '../database/hot-statements.js';
import {
  type AccountRecord,
  type AccountToChange,
  CREDENTIALS,
  type Credentials,
  READ_ACCOUNT,
  READ_FOR_UPDATE,
  REHASH,
  SET_PASSWORD,
  UPDATE_ACCOUNT,
} from './account-statements.js';
import { normaliseEmail } from './email.js';
import { NewAccounts } from './new-accounts.service.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import type { AccountOrigin } from './registration-gate.js';
import { User } from './user.entity.js';

export interface NewUser {
  email: string;
  password: string;
  fullName: string;
  role: string;
  locale?: string | undefined;
  origin: Extract<AccountOrigin, 'registration' | 'configuration'>;
}

type Editable = Pick<User, 'fullName' | 'role' | 'isActive' | 'locale'>;
const EDITABLE = ['fullName', 'role', 'isActive', 'locale'] as const;
export type UserChanges = Partial<Editable>;

/** Which accounts a list has; without a member, all. */
export interface UserFilter {
  /** Part of the e-mail address or of the name; `%` and `_` are ordinary characters. */
  q?: string | undefined;
  role?: string | undefined;
  isActive?: boolean | undefined;
}

export interface PasswordChange {
  userId: string;
  /** The hash that the current password was verified against. */
  verifiedHash: string;
  nextHash: string;
}

/** Creates, reads and changes accounts. Before a change is acknowledged, the cache entries of the account are deleted. */
@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly statements: HotStatements,
    private readonly commands: CommandsService,
    private readonly accounts: NewAccounts,
    private readonly hasher: PasswordHasher,
    private readonly passwords: PasswordPolicy,
  ) {}

  /**
   * Makes an account. The address of one that the configuration names counts as proved; another one is asked for a proof by mail.
   * @throws ProblemError 403, 409 `email_taken`, 422 for a password that is not accepted
   */
  async create({ password, ...account }: NewUser, by: Actor = SERVICE_ACTOR): Promise<User> {
    await this.passwords.demand('password', password, account, by);
    const passwordHash = await this.hasher.hash(password, by.ip);
    const isVerified = account.origin === 'configuration';
    const id = await this.commands.run(by, [], async (command) => {
      await command.demandCaller();
      const userId = await this.accounts.insertWithin(command, { ...account, passwordHash, isVerified });
      if (!isVerified) await command.mail({ kind: 'verify_email', userId, language: by.language });
      return userId;
    });
    return this.get(id);
  }

  /** The part of an account that a login checks; `undefined` when the address has no account. */
  async findCredentials(email: string): Promise<Credentials | undefined> {
    const [credentials] = await this.statements.run<Credentials>(CREDENTIALS, [normaliseEmail(email)]);
    return credentials;
  }

  /** @throws ProblemError 404 */
  async get(id: string): Promise<User> {
    const user = await this.users.findOneBy({ id });
    if (user === null) throw Problems.notFound('User not found');
    return user;
  }

  /** The same within a command that has locked the account. @throws ProblemError 404 */
  async getWithin(command: Command, id: string): Promise<AccountRecord> {
    const [account] = await command.run<AccountRecord>(READ_ACCOUNT, [id]);
    if (account === undefined) throw Problems.notFound('User not found');
    return account;
  }

  /** Oldest first. */
  async list(
    { page, page_size }: PageQueryDto,
    { q = '', role, isActive }: UserFilter = {},
  ): Promise<{ total: number; users: User[] }> {
    const pattern = `%${q.normalize('NFC').replace(/[\\%_]/g, '\\$&')}%`;
    const query = this.users
      .createQueryBuilder('user')
      .where('(user.email ILIKE :pattern OR user.full_name ILIKE :pattern)', { pattern })
      .orderBy('user.created_at')
      .addOrderBy('user.id')
      .skip((page - 1) * page_size)
      .take(page_size);
    if (role !== undefined) query.andWhere('user.role = :role', { role });
    if (isActive !== undefined) query.andWhere('user.is_active = :isActive', { isActive });
    const [users, total] = await query.getManyAndCount();
    return { total, users };
  }

  /**
   * Changes an account, effective at once on every instance. A deactivation ends its sessions in the same transaction.
   * Equal values change nothing.
   * @throws ProblemError 401 or 403 when the caller lost its session or role during the request, 404, or 409
   *   `last_admin` when no active admin would remain
   */
  async update(id: string, changes: UserChanges, by: Actor): Promise<AccountRecord> {
    const act = (command: Command) => this.updateWithin(command, id, changes, by);
    const removesAdmin = changes.isActive === false || (changes.role ?? ADMIN_ROLE) !== ADMIN_ROLE;
    return this.commands.run(by, [id], act, removesAdmin ? 'admins' : 'accounts');
  }

  /**
   * Replaces the hash within a command that has locked the account.
   * @returns whether it was replaced: not when the password was changed since it was verified
   * @throws ProblemError 401 when the caller's session has ended
   */
  async setPassword(command: Command, { userId, verifiedHash, nextHash }: PasswordChange): Promise<boolean> {
    const values = [userId, verifiedHash, nextHash];
    const { is_changed: isChanged } = await command.act<{ is_changed: boolean }>(SET_PASSWORD, values);
    if (isChanged) command.changed(updateOf(userId, 'password_changed', {}, []));
    return isChanged;
  }

  /**
   * Hashes the password with the current parameters. A password that was changed during the login is kept.
   * @returns the new hash
   */
  async rehash(
    { id, passwordHash }: Pick<Credentials, 'id' | 'passwordHash'>,
    password: string,
    { ip }: Actor,
  ): Promise<string> {
    const hash = await this.hasher.hash(password, ip);
    await this.statements.run(REHASH, [id, passwordHash, hash]);
    return hash;
  }

  private async updateWithin(
    command: Command,
    id: string,
    changes: UserChanges,
    by: Actor,
  ): Promise<AccountRecord> {
    const before = await command.act<AccountToChange>(READ_FOR_UPDATE, [id]);
    if (before.id === null) throw Problems.notFound('User not found');
    const after = merge(before, changes);
    if (isAdmin(before) && !isAdmin(after) && !before.hasOtherAdmins) {
      throw new ProblemError('last_admin');
    }
    return isEqual(before, after) ? before : this.write(command, before, after, by);
  }

  private async write(
    command: Command,
    before: AccountRecord,
    after: Editable,
    by: Actor,
  ): Promise<AccountRecord> {
    const lines = linesOf(before, after);
    const [account] = await command.run<AccountRecord>(UPDATE_ACCOUNT, [
      ...actorValues(by),
      before.id,
      after.fullName,
      after.role,
      after.isActive,
      after.locale,
      lines.map(({ action }) => action),
      lines.map(({ details }) => details),
    ]);
    if (account === undefined) throw Problems.notFound('User not found');
    command.changed(changeOf(before, after));
    if (before.isActive && !after.isActive)
      await command.mail({ kind: 'account_deactivated', userId: before.id });
    return account;
  }
}

/** The row that the trigger of the log writes. */
const updateOf = (
  id: string,
  reason: UserChangeReason | null,
  claims: Change['claims'],
  changed: readonly DirectoryMember[],
): Change => ({ kind: 'user.updated', user_id: id, session_id: null, reason, claims, changed });

function changeOf(before: AccountRecord, { fullName, role, isActive }: Editable): Change {
  const status = isActive ? 'user_activated' : 'user_deactivated';
  const changed: DirectoryMember[] = [];
  if (fullName !== before.fullName) changed.push('full_name');
  if (role !== before.role) changed.push('role');
  if (isActive !== before.isActive) changed.push('is_active');
  return updateOf(
    before.id,
    isActive === before.isActive ? null : status,
    role === before.role ? {} : { role },
    changed,
  );
}

function merge(before: Editable, changes: UserChanges): Editable {
  const { fullName = before.fullName, role = before.role, isActive = before.isActive } = changes;
  return { fullName, role, isActive, locale: changes.locale === undefined ? before.locale : changes.locale };
}

function isEqual(one: Editable, other: Editable): boolean {
  return EDITABLE.every((member) => one[member] === other[member]);
}

const isAdmin = ({ role, isActive }: Editable): boolean => role === ADMIN_ROLE && isActive;

/** A change of the name is not recorded in the audit trail. */
function linesOf(before: Editable, after: Editable): { action: AuditAction; details: object }[] {
  const lines: { action: AuditAction; details: object }[] = [];
  if (before.role !== after.role)
    lines.push({ action: 'user.role_changed', details: { from: before.role, to: after.role } });
  if (before.isActive !== after.isActive)
    lines.push({ action: after.isActive ? 'user.activated' : 'user.deactivated', details: {} });
  return lines;
}
