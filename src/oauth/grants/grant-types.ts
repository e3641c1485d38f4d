import { PasswordGrant } from './password.grant.js';
import { RefreshTokenGrant } from './refresh-token.grant.js';

/** The grants of the token endpoint. One more is a class and its line here: the metadata and the API documents follow. */
export const GRANTS = [PasswordGrant, RefreshTokenGrant] as const;

/** What the token endpoint takes as `grant_type`. */
export const GRANT_TYPES: readonly string[] = GRANTS.map(({ type }) => type);
