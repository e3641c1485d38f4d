import { isLive } from '../database/live-session.js';
import type { HotStatement } from '../database/hot-statements.js';

/** Of a session, and of its refresh token `$3`. `$4` is the longest life of a session in seconds. */
export const SESSION_OF_TOKEN: HotStatement = {
  name: 'session_of_token',
  text: `
  SELECT s.client_id,
    s.refresh_jti::text = $3 AND u.is_active AND ${isLive('s')}
      AND s.created_at + make_interval(secs => $4) > statement_timestamp() AS can_refresh,
    floor(extract(epoch FROM s.created_at))::float8 AS auth_time
  FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 AND s.user_id = $2`,
};

export interface SessionOfToken {
  readonly client_id: string | null;
  /** Whether the token can be exchanged now. */
  readonly can_refresh: boolean;
  readonly auth_time: number;
}
