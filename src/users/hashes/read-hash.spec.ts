import { readHash } from './read-hash.js';
import { isRefusal } from './stored-hash.js';

const SALT = 'A'.repeat(22);
const KEY = 'A'.repeat(43);
const LONG_KEY = 'A'.repeat(86);
const BCRYPT = 'A'.repeat(53);

/** The kind of a hash that is read, or why it is refused. */
function outcomeOf(stored: string): string {
  const read = readHash(stored);
  return isRefusal(read) ? read.refusal : read.kind;
}

describe('readHash', () => {
  it.each([
    [`$argon2id$v=19$m=65536,t=3,p=4$${SALT}$${KEY}`, 'argon2'],
    [`$argon2i$v=16$m=131072,t=8,p=1$${SALT}$${KEY}`, 'argon2'],
    [`$argon2d$v=19$m=8,t=1,p=1$${SALT}$${KEY}`, 'argon2'],
    ['$2a$04$', 'bcrypt'],
    ['$2b$14$', 'bcrypt'],
    ['$2x$05$', 'bcrypt'],
    ['$2y$10$', 'bcrypt'],
    [`$scrypt$ln=17,r=8,p=1$${SALT}$${KEY}`, 'scrypt'],
    [`$scrypt$ln=14,r=16,p=1$${SALT}$${LONG_KEY}`, 'scrypt'],
    [`$firescrypt$ln=14,r=8,p=1$${SALT}$${LONG_KEY}$Bw$${LONG_KEY}`, 'firescrypt'],
    [`$pbkdf2-sha1$i=4000000$${SALT}$${'A'.repeat(27)}`, 'pbkdf2'],
    [`$pbkdf2-sha256$i=2000000$${SALT}$${LONG_KEY}`, 'pbkdf2'],
    [`$pbkdf2-sha512$i=1$${SALT}$${LONG_KEY}`, 'pbkdf2'],
    [`$sha1$salt=suffix$${SALT}$${'A'.repeat(27)}`, 'digest'],
    [`$sha512$salt=prefix$${SALT}$${LONG_KEY}`, 'digest'],
  ])('reads %s', (stored, kind) =>
    expect(outcomeOf(kind === 'bcrypt' ? stored + BCRYPT : stored)).toBe(kind),
  );

  it.each([
    ['bcrypt of a cost above 14', `$2b$15$${BCRYPT}`],
    ['bcrypt of the highest cost', `$2b$31$${BCRYPT}`],
    ['Argon2 with more than 128 MiB', `$argon2id$v=19$m=131073,t=1,p=1$${SALT}$${KEY}`],
    ['Argon2 with many passes', `$argon2id$v=19$m=65536,t=17,p=1$${SALT}$${KEY}`],
    ['Argon2 with billions of passes', `$argon2id$v=19$m=8,t=4294967295,p=1$${SALT}$${KEY}`],
    ['Argon2 with many lanes', `$argon2id$v=19$m=65536,t=1,p=17$${SALT}$${KEY}`],
    ['scrypt with more than 128 MiB', `$scrypt$ln=18,r=8,p=1$${SALT}$${KEY}`],
    ['scrypt with gigabytes', `$scrypt$ln=31,r=8,p=1$${SALT}$${KEY}`],
    ['scrypt with an endless N', `$scrypt$ln=9999999999,r=1,p=1$${SALT}$${KEY}`],
    ['scrypt with large blocks', `$scrypt$ln=1,r=4294967295,p=1$${SALT}$${KEY}`],
    ['scrypt that runs often', `$scrypt$ln=10,r=8,p=200$${SALT}$${KEY}`],
    ['Firebase scrypt with gigabytes', `$firescrypt$ln=31,r=8,p=1$${SALT}$${LONG_KEY}$Bw$${LONG_KEY}`],
    ['PBKDF2 with millions of iterations', `$pbkdf2-sha512$i=4000001$${SALT}$${LONG_KEY}`],
    ['PBKDF2 that counts for two blocks', `$pbkdf2-sha256$i=2000001$${SALT}$${LONG_KEY}`],
  ])('refuses the cost of %s', (_what, stored) => expect(outcomeOf(stored)).toBe('hash_too_costly'));

  it.each([
    ['nothing', ''],
    ['a plain password', 'correct horse'],
    ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['crypt of MD5', '$1$abcdefgh$irWbblnpmw.5z7wgBnprh0'],
    ['crypt of SHA-512', `$6$rounds=5000$saltstring$${LONG_KEY}`],
    ['another kind of bcrypt', `$2c$10$${BCRYPT}`],
    ['bcrypt of a cost below 4', `$2b$03$${BCRYPT}`],
    ['bcrypt that is cut off', '$2b$10$abc'],
    ['bcrypt with more behind it', `$2b$10$${BCRYPT}A`],
    ['Argon2 without a version', `$argon2id$m=65536,t=3,p=4$${SALT}$${KEY}`],
    ['Argon2 of an unknown version', `$argon2id$v=20$m=65536,t=3,p=4$${SALT}$${KEY}`],
    ['Argon2 with a key id', `$argon2id$v=19$m=65536,t=3,p=4,keyid=1$${SALT}$${KEY}`],
    ['Argon2 with a parameter twice', `$argon2id$v=19$m=65536,t=3,p=4,t=3$${SALT}$${KEY}`],
    ['Argon2 with no passes', `$argon2id$v=19$m=65536,t=0,p=4$${SALT}$${KEY}`],
    ['Argon2 with less memory than its lanes need', `$argon2id$v=19$m=8,t=1,p=2$${SALT}$${KEY}`],
    ['Argon2 with a short salt', `$argon2id$v=19$m=65536,t=3,p=4$AAAA$${KEY}`],
    ['Argon2 of another family', `$argon2id-x$v=19$m=65536,t=3,p=4$${SALT}$${KEY}`],
    ['scrypt without p', `$scrypt$ln=14,r=8$${SALT}$${KEY}`],
    ['scrypt with a short hash', `$scrypt$ln=14,r=8,p=1$${SALT}$AAAA`],
    ['Firebase scrypt without its signer key', `$firescrypt$ln=14,r=8,p=1$${SALT}$${LONG_KEY}$Bw`],
    ['PBKDF2 by MD5', `$pbkdf2-md5$i=1000$${SALT}$${KEY}`],
    ['PBKDF2 without iterations', `$pbkdf2-sha256$i=0$${SALT}$${KEY}`],
    ['PBKDF2 with a hash of one byte', `$pbkdf2-sha256$i=1000$${SALT}$AA`],
    ['a digest without a salt', `$sha256$salt=prefix$$${KEY}`],
    ['a digest of another length', `$sha1$salt=prefix$${SALT}$${KEY}`],
    ['a digest whose salt is nowhere', `$sha256$salt=middle$${SALT}$${KEY}`],
    ['wrong base64', `$scrypt$ln=14,r=8,p=1$${SALT}$${KEY}=`],
    ['a hash of kilobytes', `$pbkdf2-sha256$i=1000$${SALT}$${'A'.repeat(600)}`],
  ])('does not know %s', (_what, stored) => expect(outcomeOf(stored)).toBe('unsupported_hash'));

  it('says why without the hash', () => {
    for (const stored of [`$2b$31$${BCRYPT}`, `$scrypt$ln=31,r=8,p=1$${SALT}$${KEY}`, 'correct horse']) {
      const read = readHash(stored);
      expect(isRefusal(read) && read.reason).not.toMatch(new RegExp(`A{22}|correct horse`));
    }
  });
});
