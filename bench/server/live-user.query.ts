import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { isLive } from '../../src/database/live-session.js';
import type { UserDto } from '../../src/users/user.dto.js';

const LIVE_USER = `
  SELECT u.id, u.email, u.email_verified, u.full_name, u.role, u.is_active, u.locale, u.created_at, u.updated_at,
         ARRAY(SELECT s.id::text FROM sessions s
               WHERE s.user_id = u.id AND ${isLive('s')}) AS sessions
  FROM users u WHERE u.id = $1`;

interface Row extends Omit<UserDto, 'created_at' | 'updated_at'> {
  created_at: Date;
  updated_at: Date;
  sessions: string[];
}

/** The product's query of a user and the user's live sessions, without the cache. */
@Injectable()
export class LiveUserQuery {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @returns the user, or `undefined` when the user is inactive or the session is not live */
  async find(userId: string, sessionId: string): Promise<UserDto | undefined> {
    const [row] = await this.dataSource.query<Row[]>(LIVE_USER, [userId]);
    if (!row?.is_active || !row.sessions.includes(sessionId)) return undefined;
    return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
  }
}
