import { canonicalHash } from './canonical-hash.js';
import { membersIn, plainText } from './members.js';

/** Of Keycloak's `Argon2PasswordHashProvider`. */
const ARGON2_VERSIONS: Readonly<Record<string, string>> = { '1.0': '16', '1.3': '19' };
const PBKDF2_DIGESTS: Readonly<Record<string, string>> = {
  pbkdf2: 'sha1',
  'pbkdf2-sha256': 'sha256',
  'pbkdf2-sha512': 'sha512',
};

/**
 * The hash in a credential of a realm export: JSON in `secretData` and `credentialData`, or members of their own before Keycloak 9.
 * @returns a text that is refused where the algorithm is not known
 */
export function keycloakHash(credential: Readonly<Record<string, unknown>>): string {
  const secret = membersIn(credential['secretData']);
  const data = { ...credential, ...membersIn(credential['credentialData']) } as Record<string, unknown>;
  const value = plainText(secret['value'] ?? credential['hashedSaltedValue']);
  const values = `${plainText(secret['salt'] ?? credential['salt'])}$${value}`;
  const [algorithm, iterations] = [plainText(data['algorithm']), plainText(data['hashIterations'])];
  const digest = PBKDF2_DIGESTS[algorithm];
  if (digest !== undefined) return canonicalHash(`$pbkdf2-${digest}$i=${iterations}$${values}`);
  if (algorithm === 'argon2')
    return canonicalHash(argon2Of(data['additionalParameters'], iterations, values));
  return algorithm === 'bcrypt' ? value : algorithm || 'unknown';
}

/** Keycloak keeps each parameter as a list of one text. */
function argon2Of(parameters: unknown, iterations: string, values: string): string {
  const given = membersIn(parameters);
  const parameter = (name: string): string => plainText([given[name]].flat()[0]);
  const version = ARGON2_VERSIONS[parameter('version')] ?? '';
  const cost = `m=${parameter('memory')},t=${iterations},p=${parameter('parallelism')}`;
  return `$argon2${parameter('type')}$v=${version}$${cost}$${values}`;
}
