import { Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { type DataSource, type EntityManager, Repository } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { CacheInvalidationService } from '../cache/cache-invalidation.service.js';
import { type Actor, SERVICE_ACTOR } from '../common/actor.js';
import type { PageQueryDto } from '../common/page-query.dto.js';
import { Problems } from '../common/problem.error.js';
import type { Role } from '../common/role.js';
import { isUniqueViolation } from '../common/database-errors.js';
import { type HotStatement, HotStatements } from '../database/hot-statements.js';
import { normaliseEmail } from './email.js';
import { PasswordHasher } from './password-hasher.service.js';
import { User } from './user.entity.js';

export interface NewUser {
  email: string;
  password: string;
  fullName: string;
  role: Role;
}

/** What a login is checked against. */
export type Credentials = Pick<User, 'id' | 'passwordHash' | 'isActive'>;

const CREDENTIALS: HotStatement = {
  name: 'credentials',
  text: 'SELECT id, password_hash AS "passwordHash", is_active AS "isActive" FROM users WHERE email = $1',
};

export type UserChanges = Partial<Pick<User, 'fullName' | 'role' | 'isActive'>>;

/** Accounts. Every change that others may have cached is announced before it is acknowledged. */
@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly statements: HotStatements,
    private readonly hasher: PasswordHasher,
    private readonly invalidation: CacheInvalidationService,
    private readonly audit: AuditService,
  ) {}

  /** @throws ProblemError 409 `email_taken` */
  async create({ email, password, fullName, role }: NewUser, by: Actor = SERVICE_ACTOR): Promise<User> {
    const user = this.users.create({
      email: normaliseEmail(email),
      passwordHash: await this.hasher.hash(password),
      fullName,
      role,
      isActive: true,
    });
    try {
      await this.dataSource.transaction(async (manager) => {
        await manager.insert(User, user);
        await this.audit.record(manager, 'user.registered', by, [{ userId: user.id, details: { role } }]);
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw Problems.conflict('email_taken', 'Email already registered');
      throw error;
    }
    return this.get(user.id);
  }

  /** What a login is checked against; `undefined` when the address has no account. */
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

  /** Oldest first. @param query part of the e-mail address or of the name, taken literally */
  async list({ page, page_size }: PageQueryDto, query = ''): Promise<{ total: number; users: User[] }> {
    const pattern = `%${query.normalize('NFC').replace(/[\\%_]/g, '\\$&')}%`;
    const [users, total] = await this.users
      .createQueryBuilder('user')
      .where('user.email ILIKE :pattern OR user.full_name ILIKE :pattern', { pattern })
      .orderBy('user.created_at')
      .addOrderBy('user.id')
      .skip((page - 1) * page_size)
      .take(page_size)
      .getManyAndCount();
    return { total, users };
  }

  /**
   * Changes an account, effective at once on every instance. Deactivation ends its sessions, in the same transaction.
   * @throws ProblemError 404, or 409 `last_admin` when no active admin would remain
   */
  async update(id: string, changes: UserChanges, by: Actor): Promise<User> {
    const user = await this.dataSource.transaction(async (manager) => {
      if (changes.role !== undefined || changes.isActive !== undefined)
        await this.keepAnAdmin(manager, id, changes);
      const before = await manager.findOne(User, { where: { id }, lock: { mode: 'for_no_key_update' } });
      if (before === null) throw Problems.notFound('User not found');
      if (isEmpty(changes)) return before;
      await manager.update(User, { id }, changes);
      await this.recordChanges(manager, before, changes, by);
      return manager.findOneByOrFail(User, { id });
    });
    await this.announceUpdate(id);
    return user;
  }

  /** Replaces the hash within the caller's transaction; the caller announces the change after its commit. */
  async setPassword(manager: EntityManager, id: string, passwordHash: string, by: Actor): Promise<void> {
    await manager.update(User, { id }, { passwordHash });
    await this.audit.record(manager, 'user.password_changed', by, [{ userId: id }]);
  }

  /** Renews a hash whose parameters have grown since; a password changed meanwhile stays. */
  async rehash(user: Credentials, password: string): Promise<string> {
    const passwordHash = await this.hasher.hash(password);
    const { affected } = await this.users.update(
      { id: user.id, passwordHash: user.passwordHash },
      { passwordHash },
    );
    return affected === 1 ? passwordHash : user.passwordHash;
  }

  async announceUpdate(id: string): Promise<void> {
    await this.invalidation.announce([{ kind: 'user.updated', user_id: id, session_id: null, reason: null }]);
  }

  private async recordChanges(
    manager: EntityManager,
    before: User,
    changes: UserChanges,
    by: Actor,
  ): Promise<void> {
    const { role = before.role, isActive = before.isActive } = changes;
    const userId = before.id;
    if (role !== before.role) {
      await this.audit.record(manager, 'user.role_changed', by, [
        { userId, details: { from: before.role, to: role } },
      ]);
    }
    if (isActive !== before.isActive) {
      await this.audit.record(manager, isActive ? 'user.activated' : 'user.deactivated', by, [{ userId }]);
    }
  }

  /** The lock on all active admins makes concurrent demotions take turns; the later one sees what the earlier left. */
  private async keepAnAdmin(manager: EntityManager, id: string, changes: UserChanges): Promise<void> {
    const staysAdmin = (changes.role ?? 'admin') === 'admin' && (changes.isActive ?? true);
    if (staysAdmin) return;
    const admins = await manager.find(User, {
      select: { id: true },
      where: { role: 'admin', isActive: true },
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    if (admins.length === 1 && admins[0]?.id === id) {
      throw Problems.conflict('last_admin', 'The last active admin can be neither demoted nor deactivated');
    }
  }
}

function isEmpty(changes: UserChanges): boolean {
  return Object.values(changes as Record<string, unknown>).every((value) => value === undefined);
}
