import { randomUUID } from 'node:crypto';
import { DummyHashes } from '../../src/users/dummy-hashes.service.js';
import { PasswordHasher } from '../../src/users/password-hasher.js';
import { appSuite } from './app-suite.js';

const BCRYPT = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
const ADDRESSES = Array.from({ length: 2000 }, () => `${randomUUID()}@example.org`);

describe('the dummy hash of an address without an account', () => {
  const { app } = appSuite();

  const insert = (hash: string, accounts: number) =>
    app.query(
      `INSERT INTO users (email, full_name, role, password_hash)
       SELECT gen_random_uuid() || '@example.org', 'U', 'student', $1 FROM generate_series(1, $2)`,
      [hash, accounts],
    );
  const kindOf = (address: string): string | undefined => app.get(DummyHashes).of(address)?.slice(0, 7);

  it('is the default one while there are no accounts', async () => {
    await app.get(DummyHashes).refresh();
    expect(new Set(ADDRESSES.map(kindOf))).toEqual(new Set([undefined]));
  });

  it('is of a kind by the share of that kind among the accounts, and stays so for an address', async () => {
    const current = await app.get(PasswordHasher).hash('correct horse', null);
    await insert(BCRYPT, 300);
    await insert(current, 100);
    await app.get(DummyHashes).refresh();
    const kinds = ADDRESSES.map(kindOf);
    const share = kinds.filter((kind) => kind === '$2a$05$').length / kinds.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
    expect(ADDRESSES.map((address) => kindOf(` ${address.toUpperCase()}`))).toEqual(kinds);
    // Half of the owners have logged in.
    await app.query(
      `UPDATE users SET password_hash = $1 WHERE id IN (SELECT id FROM users WHERE password_hash = $2 LIMIT 150)`,
      [current, BCRYPT],
    );
    await app.get(DummyHashes).refresh();
    const later = ADDRESSES.map(kindOf);
    const returned = later.filter((kind, index) => kind === '$2a$05$' && kinds[index] !== kind);
    expect(returned).toEqual([]);
  });

  it('is no hash of an account', async () => {
    await insert(BCRYPT, 10);
    await app.get(DummyHashes).refresh();
    const dummies = ADDRESSES.map((address) => app.get(DummyHashes).of(address));
    expect(dummies).not.toContain(BCRYPT);
    const [dummy] = dummies.filter((hash) => hash?.startsWith('$2a$'));
    await expect(app.get(PasswordHasher).verify(dummy, 'U*U', null)).resolves.toBe(false);
    const body = { email: ADDRESSES[0], password: 'U*U' };
    const { status } = await app.call('POST', '/api/v1/auth/login/json', { body });
    expect(status).toBe(401);
  });
});
