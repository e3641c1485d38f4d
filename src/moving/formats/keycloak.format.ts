import { isEmail } from 'class-validator';
import { keycloakHash } from '../keycloak-hash.js';
import { joinedName, listIn, membersIn, textIn, timeOfMilliseconds } from '../members.js';
import { readUsersArray } from '../users-array.reader.js';
import type { SourceFormat } from './source-format.js';

/** Roles that Keycloak gives by itself. */
const OWN_ROLE = /^(offline_access|uma_authorization|default-roles-.+)$/;

/** A realm export with users: `kc.sh export --users same_file` or `different_files`. */
export const KEYCLOAK_FORMAT: SourceFormat = {
  hasForeignIds: true,
  read: readUsersArray,
  accountOf: (user) => {
    const credential = listIn(user['credentials'])
      .map(membersIn)
      .find(({ type }) => type === 'password');
    const roles = listIn(user['realmRoles']).filter(
      (role) => typeof role !== 'string' || !OWN_ROLE.test(role),
    );
    return {
      id: user['id'],
      email: user['email'] ?? addressIn(user['username']),
      email_verified: user['emailVerified'],
      full_name: joinedName(user['firstName'], user['lastName']),
      roles,
      is_active: user['enabled'],
      password_hash: credential && keycloakHash(credential),
      locale: listIn(membersIn(user['attributes'])['locale'])[0],
      created_at: timeOfMilliseconds(user['createdTimestamp']),
    };
  },
};

/** A realm may have the address as the name of the user. */
const addressIn = (username: unknown): string | undefined =>
  isEmail(username) ? textIn(username) : undefined;
