import { acceptsSecret, hashSecret, newSecret } from './client-secret.js';

describe('the secret of an OAuth client', () => {
  const [latest, previous] = [newSecret(), newSecret()];
  const until = new Date(1_800_000_000_000);
  const secrets = {
    secretHash: hashSecret(latest),
    previousSecretHash: hashSecret(previous),
    previousSecretExpiresAt: until,
  };

  it('has 256 random bits behind a prefix', () => {
    const [, random = ''] = /^ergodrive_secret_([\w-]+)$/.exec(latest) ?? [];
    expect(Buffer.from(random, 'base64url')).toHaveLength(32);
    expect(latest).not.toBe(previous);
  });

  it('is accepted without end if it is the latest', () => {
    expect(acceptsSecret(secrets, latest, Infinity)).toBe(true);
    const single = { ...secrets, previousSecretHash: null, previousSecretExpiresAt: null };
    expect(acceptsSecret(single, latest, 0)).toBe(true);
    expect(acceptsSecret(single, previous, 0)).toBe(false);
  });

  it('is accepted until the end of the overlap if it is the previous one', () => {
    expect(acceptsSecret(secrets, previous, until.getTime() - 1)).toBe(true);
    expect(acceptsSecret(secrets, previous, until.getTime())).toBe(false);
  });

  it('is accepted as a whole only', () => {
    for (const wrong of ['', latest.slice(0, -1), `${latest}x`, hashSecret(latest).toString('base64url')])
      expect(acceptsSecret(secrets, wrong, 0)).toBe(false);
  });
});
