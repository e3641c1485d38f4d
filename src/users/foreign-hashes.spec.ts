import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto';
import argon2 from '@node-rs/argon2';
import { PasswordHasher } from './password-hasher.js';

const IP = '203.0.113.7';
const PASSWORD = 'correct horse';
const SALT = Buffer.from('0123456789abcdef');
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '');
const digest = (algorithm: string, ...parts: (string | Buffer)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash(algorithm)).digest();

/** Test vectors of crypt_blowfish, https://www.openwall.com/crypt/ (wrapper.c). */
const BLOWFISH: readonly (readonly [hash: string, password: string])[] = [
  ['$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
  ['$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a', 'U*U*U'],
  ['$2x$05$6bNw2HLQYeqHYyBfLMsv/OiwqTymGIGzFsA4hOTWebfehXHNprcAS', '\u0451'],
  ['$2y$05$6bNw2HLQYeqHYyBfLMsv/OUcZd0LKP39b87nBw3.S2tVZSqiQX6eu', '\u0451'],
  ['$2a$05$6bNw2HLQYeqHYyBfLMsv/OUcZd0LKP39b87nBw3.S2tVZSqiQX6eu', '\u0451'],
];

/** Test vector of https://github.com/firebase/scrypt. */
const FIREBASE =
  '$firescrypt$ln=14,r=8,p=1$42xEC+ixf3L2lw$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ$Bw$' +
  'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA';

describe('PasswordHasher, with a hash of another system,', () => {
  let hasher: PasswordHasher;
  beforeAll(() => (hasher = new PasswordHasher()));
  afterAll(() => hasher.onApplicationShutdown());
  const verify = (stored: string, password: string) => hasher.verify(stored, password, IP);

  /** Each with its password alone, and to be renewed. */
  async function expectMatch(stored: string, password: string): Promise<void> {
    await expect(verify(stored, password)).resolves.toBe(true);
    await expect(verify(stored, `${password}!`)).resolves.toBe(false);
    await expect(verify(stored, '')).resolves.toBe(false);
    await expect(hasher.mustRenew(stored, password, IP)).resolves.toBe(true);
  }

  it.each(BLOWFISH)('compares bcrypt %s', (stored, password) => expectMatch(stored, password));

  it('tells $2x$ from $2y$ for letters beyond ASCII', async () => {
    const [wrongSign = '', right = ''] = BLOWFISH.slice(2).map(([hash]) => hash);
    await expect(verify(wrongSign.replace('$2x$', '$2y$'), '\u0451')).resolves.toBe(false);
    await expect(verify(right.replace('$2y$', '$2x$'), '\u0451')).resolves.toBe(false);
  });

  it('compares 72 bytes by bcrypt, and does not renew the hash of a longer password', async () => {
    const stored = '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui';
    const counted = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
    const password = `${counted}chars after 72 are ignored`;
    await expect(verify(stored, password)).resolves.toBe(true);
    await expect(verify(stored, `${counted}and others`)).resolves.toBe(true);
    await expect(verify(stored, counted.slice(0, 71))).resolves.toBe(false);
    await expect(hasher.mustRenew(stored, password, IP)).resolves.toBe(false);
    await expect(hasher.mustRenew(stored, counted, IP)).resolves.toBe(true);
  });

  it('ends no password at a byte 0', async () => {
    const stored = BLOWFISH[0]![0];
    await expect(verify(stored, 'U*U\0')).resolves.toBe(false);
    await expect(verify(stored, 'U*U\0U*U')).resolves.toBe(false);
  });

  it('compares scrypt, also that of Firebase', async () => {
    const key = scryptSync(PASSWORD, SALT, 64, { N: 2 ** 14, r: 16, p: 1, maxmem: 2 ** 27 });
    await expectMatch(`$scrypt$ln=14,r=16,p=1$${base64(SALT)}$${base64(key)}`, PASSWORD);
    await expectMatch(FIREBASE, 'user1password');
  });

  it('compares scrypt at the bound of its cost', async () => {
    const key = scryptSync(PASSWORD, SALT, 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 });
    const stored = `$scrypt$ln=17,r=8,p=1$${base64(SALT)}$${base64(key)}`;
    await expect(verify(stored, PASSWORD)).resolves.toBe(true);
  });

  it.each(['sha1', 'sha256', 'sha512'])('compares PBKDF2 by %s', (algorithm) => {
    const key = pbkdf2Sync(PASSWORD, SALT, 1000, 64, algorithm);
    return expectMatch(`$pbkdf2-${algorithm}$i=1000$${base64(SALT)}$${base64(key)}`, PASSWORD);
  });

  it.each([0, 1, 2] as const)(
    'compares Argon2 of kind %s with other parameters, in both versions',
    async (algorithm) => {
      const cost = { memoryCost: 1024, timeCost: 3, parallelism: 2, outputLen: 24, algorithm };
      for (const version of [0, 1]) {
        const options: object = { ...cost, version };
        await expectMatch(await argon2.hash(PASSWORD, options), PASSWORD);
      }
    },
  );

  it('compares salted digests, with the salt before and after the password', async () => {
    const before = `$sha256$salt=prefix$${base64(SALT)}$${base64(digest('sha256', SALT, PASSWORD))}`;
    const after = `$sha1$salt=suffix$${base64(SALT)}$${base64(digest('sha1', PASSWORD, SALT))}`;
    for (const stored of [before, after]) await expectMatch(stored, PASSWORD);
  });

  it('compares the password as it was sent, and in the form that is hashed here', async () => {
    const [composed, decomposed] = ['Zo\u00eb 1234', 'Zoe\u0308 1234'];
    const hashOf = (text: string) =>
      `$sha256$salt=suffix$${base64(SALT)}$${base64(digest('sha256', text, SALT))}`;
    await expect(verify(hashOf(decomposed), decomposed)).resolves.toBe(true);
    await expect(verify(hashOf(composed), decomposed)).resolves.toBe(true);
    await expect(verify(hashOf(decomposed), composed)).resolves.toBe(false);
  });

  it('compares nothing beyond the bounds of cost', async () => {
    const begin = performance.now();
    const key = base64(Buffer.alloc(32));
    for (const stored of [
      `$2b$31$${'A'.repeat(53)}`,
      `$pbkdf2-sha256$i=4000000000$${base64(SALT)}$${key}`,
      `$argon2id$v=19$m=4194304,t=10,p=1$${base64(SALT)}$${key}`,
      `$scrypt$ln=30,r=8,p=1$${base64(SALT)}$${key}`,
    ])
      await expect(verify(stored, PASSWORD)).resolves.toBe(false);
    expect(performance.now() - begin).toBeLessThan(20_000);
  });

  it('erases the bytes of passwords after their use', async () => {
    const { href } = new URL('./password-hash.worker.mjs', import.meta.url);
    const worker = (await import(href)) as { verifyForeign: (task: object) => Promise<boolean> };
    const stored = BLOWFISH[0]![0];
    const passwords = ['no', 'U*U', 'not reached'].map((text) => new TextEncoder().encode(text));
    const check = { kind: 'bcrypt', digest: stored, passwordBytes: 72 };
    await expect(worker.verifyForeign({ check, passwords })).resolves.toBe(true);
    for (const password of passwords) expect(password).toEqual(new Uint8Array(password.length));
  });
});
