import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { isLive } from '../database/live-session.js';

const READ_END = `
  SELECT ${isLive('sessions')} AS is_live, coalesce(revoke_reason,
    CASE WHEN generation = (SELECT generation FROM session_generation) THEN 'expired' ELSE 'ended_for_everybody' END) AS reason
  FROM sessions WHERE id = $1`;

/** Why a session ended, for the case that a request finds the end before its event arrives. */
@Injectable()
export class SessionEndReader {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @returns the reason as events give it, or `undefined` while the session is live */
  async reasonOf(sessionId: string): Promise<string | undefined> {
    const [row] = await this.dataSource.query<{ reason: string; is_live: boolean }[]>(READ_END, [sessionId]);
    if (row === undefined) return 'session_deleted';
    return row.is_live ? undefined : row.reason;
  }
}
