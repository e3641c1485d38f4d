import { toPhcBase64 } from '../users/hashes/phc-string.js';

type Rewrite = readonly [form: RegExp, rewrite: (...groups: string[]) => string];

const base64Of = (bytes: string, encoding: 'base64' | 'utf8'): string =>
  toPhcBase64(Buffer.from(bytes, encoding));
/** passlib writes `.` where base64 has `+`. */
const ofPasslib = (text: string): string => text.replaceAll('.', '+');
const SSHA_BYTES: Readonly<Record<string, number>> = { '': 20, '256': 32, '512': 64 };

/** Other systems' ways of writing hashes that are supported. Each gives what `readHash` reads. */
const REWRITES: readonly Rewrite[] = [
  // Django: https://docs.djangoproject.com/en/5.2/topics/auth/passwords/
  [/^argon2(\$argon2.+)$/, (hash) => hash],
  [/^bcrypt\$(\$2.+)$/, (hash) => hash],
  [
    /^pbkdf2_(sha1|sha256)\$(\d+)\$([^$]+)\$([\w+/=]+)$/,
    (digest, iterations, salt, key) =>
      `$pbkdf2-${digest}$i=${iterations}$${base64Of(salt, 'utf8')}$${base64Of(key, 'base64')}`,
  ],
  // passlib: https://passlib.readthedocs.io/en/stable/modular_crypt_format.html
  [
    /^\$pbkdf2(-sha256|-sha512|)\$(\d+)\$([\w./]*)\$([\w./]+)$/,
    (digest, iterations, salt, key) =>
      `$pbkdf2${digest || '-sha1'}$i=${iterations}$${ofPasslib(salt)}$${ofPasslib(key)}`,
  ],
  // Ory Kratos: the length of the key is that of its value.
  [/^(\$pbkdf2-\w+\$i=\d+),l=\d+(\$.+)$/, (start, rest) => start + rest],
  // LDAP: the digest of the password and the salt behind it, then the salt.
  [/^\{SSHA(256|512|)\}([\w+/]+=*)$/, (bits, value) => ofLdap(bits, Buffer.from(value, 'base64'))],
  // A PHC string of Argon2 without a version is of version 1.0.
  [/^(\$argon2\w+)(\$m=.+)$/, (start, rest) => `${start}$v=16${rest}`],
];

/** @returns the form in which a hash is stored, for every way of writing it that is known; another text as it is */
export function canonicalHash(text: string): string {
  const unpadded = text.startsWith('$') ? text.replaceAll(/=+(?=\$|$)/g, '') : text;
  for (const [form, rewrite] of REWRITES) {
    const match = form.exec(unpadded);
    if (match !== null) return rewrite(...match.slice(1));
  }
  return unpadded;
}

/** scrypt as better-auth stores it: the salt and the key in hexadecimal digits, of which the first are the salt as they are. */
export function hashOfBetterAuth(text: string): string {
  const [, salt, key] = /^([\da-f]{16,128}):([\da-f]{128})$/.exec(text) ?? [];
  if (salt === undefined || key === undefined) return canonicalHash(text);
  return `$scrypt$ln=14,r=16,p=1$${base64Of(salt, 'utf8')}$${toPhcBase64(Buffer.from(key, 'hex'))}`;
}

function ofLdap(bits: string, value: Buffer): string {
  const length = SSHA_BYTES[bits] ?? 0;
  const [key, salt] = [value.subarray(0, length), value.subarray(length)];
  return `$sha${bits || '1'}$salt=suffix$${toPhcBase64(salt)}$${toPhcBase64(key)}`;
}
