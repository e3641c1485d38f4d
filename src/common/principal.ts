import type { Role } from './role.js';

/** Who a request acts as, once its access token was judged. No secret is in it. */
export interface Principal {
  readonly id: string;
  readonly email: string;
  readonly full_name: string;
  readonly role: Role;
  readonly is_active: boolean;
  readonly created_at: string;
  readonly updated_at: string;
  /** `sid` of the access token: the session it belongs to. */
  readonly sessionId: string;
  /** `jti` of the access token. */
  readonly tokenId: string;
  /** `exp` of the access token, seconds since the epoch. */
  readonly tokenExpiresAt: number;
}
