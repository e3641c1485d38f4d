import { Injectable } from '@nestjs/common';
import { type CachedUser, UserCacheService } from '../cache/user-cache.service.js';
import { DatabaseTimeoutError } from '../common/database-errors.js';
import { Deadline } from '../common/deadline.js';
import { FreshReads } from '../common/fresh-reads.js';
import { AppConfig } from '../config/app-config.js';
import { type HotStatement, HotStatements } from '../database/hot-statements.js';

const LIVE_USER: HotStatement = {
  name: 'live_user',
  text: `
  SELECT u.id, u.email, u.full_name, u.role, u.is_active, u.created_at, u.updated_at,
         ARRAY(SELECT s.id::text FROM sessions s
               WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > now()) AS sessions
  FROM users u WHERE u.id = $1`,
};

type LiveUserRow = Omit<CachedUser, 'created_at' | 'updated_at'> & { created_at: Date; updated_at: Date };

/** What PostgreSQL says of a user and the sessions that are live now; the answer goes into the cache on the way. */
@Injectable()
export class LiveUserReader {
  private readonly deadline: Deadline;
  private readonly reads = new FreshReads<CachedUser | undefined>();

  constructor(
    private readonly statements: HotStatements,
    private readonly cache: UserCacheService,
    config: AppConfig,
  ) {
    this.deadline = new Deadline(config.database.timeoutMs);
  }

  /**
   * @returns the user, or `undefined` when there is none; the read began after the call
   * @throws DatabaseTimeoutError when the read that went before and this one take longer than the database may
   */
  read(userId: string): Promise<CachedUser | undefined> {
    const reading = this.reads.read(userId, () => this.cache.load(userId, () => this.query(userId)));
    return this.deadline.bound(reading, () => new DatabaseTimeoutError());
  }

  private async query(userId: string): Promise<CachedUser | undefined> {
    const [row] = await this.statements.run<LiveUserRow>(LIVE_USER, [userId]);
    return (
      row && { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() }
    );
  }
}
