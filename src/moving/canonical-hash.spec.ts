import { readHash } from '../users/hashes/read-hash.js';
import { isRefusal } from '../users/hashes/stored-hash.js';
import { canonicalHash, hashOfBetterAuth } from './canonical-hash.js';

const [SALT, KEY] = ['c2FsdHNhbHRzYWx0c2FsdA', 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA'];

describe('canonicalHash', () => {
  it.each([
    [
      'Django',
      `argon2$argon2id$v=19$m=102400,t=2,p=8$${SALT}$${KEY}`,
      `$argon2id$v=19$m=102400,t=2,p=8$${SALT}$${KEY}`,
    ],
    ['Django', `pbkdf2_sha256$1000000$someSalt$${KEY}=`, `$pbkdf2-sha256$i=1000000$c29tZVNhbHQ$${KEY}`],
    ['Django', `bcrypt$$2b$12$${'a'.repeat(53)}`, `$2b$12$${'a'.repeat(53)}`],
    ['passlib', `$pbkdf2-sha256$29000$${SALT}$${KEY}`, `$pbkdf2-sha256$i=29000$${SALT}$${KEY}`],
    [
      'passlib',
      '$pbkdf2$131000$a.b/$c.d/c.d/c.d/c.d/c.d/c.d/c.c',
      '$pbkdf2-sha1$i=131000$a+b/$c+d/c+d/c+d/c+d/c+d/c+d/c+c',
    ],
    ['Ory Kratos', `$pbkdf2-sha512$i=1000,l=32$${SALT}==$${KEY}=`, `$pbkdf2-sha512$i=1000$${SALT}$${KEY}`],
    ['Argon2 1.0', `$argon2i$m=65536,t=2,p=1$${SALT}$${KEY}`, `$argon2i$v=16$m=65536,t=2,p=1$${SALT}$${KEY}`],
    [
      'LDAP',
      '{SSHA}AAECAwQFBgcICQoLDA0ODxAREhNzYWx0',
      '$sha1$salt=suffix$c2FsdA$AAECAwQFBgcICQoLDA0ODxAREhM',
    ],
  ])('writes a hash of %s as it is stored', (_system, given, stored) => {
    expect(canonicalHash(given)).toBe(stored);
    expect(isRefusal(readHash(stored))).toBe(false);
  });

  it('leaves what it does not know as it is', () => {
    for (const text of ['', 'plain', '$2b$10$abc', 'bcrypt_sha256$$2b$12$abc', '$6$rounds=1$a$b'])
      expect(canonicalHash(text)).toBe(text);
  });

  it('writes scrypt of better-auth, whose salt is the hexadecimal text', () => {
    const stored = hashOfBetterAuth(`${'ab'.repeat(16)}:${'cd'.repeat(64)}`);
    expect(stored).toBe(
      `$scrypt$ln=14,r=16,p=1$${Buffer.from('ab'.repeat(16)).toString('base64').replaceAll('=', '')}$${Buffer.alloc(64, 0xcd).toString('base64').replaceAll('=', '')}`,
    );
    expect(isRefusal(readHash(stored))).toBe(false);
  });
});
