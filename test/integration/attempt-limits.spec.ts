import { AttemptLimits } from '../../src/auth/attempt-limits.js';
import { DatabaseTimeoutError } from '../../src/common/database-errors.js';
import type { ProblemError } from '../../src/http/problem.error.js';
import { LimitCleanupService } from '../../src/limits/limit-cleanup.service.js';
import { Attempts, each, PER_ACCOUNT, PER_ACCOUNT_AND_NETWORK, PER_NETWORK } from './attempts.js';

const LOGINS = 100;

describe('attempts', () => {
  const attempts = Attempts.ofSuite();
  const { newEmail, newAddress, attempt } = attempts;
  const endWindows = () =>
    attempts.app.query(`UPDATE limit_counts SET expires_at = now() - interval '1 second'`);

  describe('to log in', () => {
    it('are refused after ten failures of one account from one address, and not from another', async () => {
      const [email, ip] = [newEmail(), newAddress()];
      await each(PER_ACCOUNT_AND_NETWORK - 1, () => attempt(email, ip));
      await expect(attempt(email, ip)).resolves.toBeUndefined();
      await expect(attempt(email, ip, 'the right password')).resolves.toBe(429);
      await expect(attempt(email.toUpperCase(), ip)).resolves.toBe(429);
      await expect(attempt(email, newAddress(), 'the right password')).resolves.toBe('the right password');
      await expect(attempt(newEmail(), ip)).resolves.toBeUndefined();
    });

    it('are refused after a hundred failures from one address, for any account', async () => {
      const ip = newAddress();
      await each(PER_NETWORK - 1, () => attempt(newEmail(), ip));
      await expect(attempt(newEmail(), ip)).resolves.toBeUndefined();
      await expect(attempt(newEmail(), ip, 'the right password')).resolves.toBe(429);
      await expect(attempt(newEmail(), newAddress())).resolves.toBeUndefined();
    });

    it('are refused after a hundred failures of one account, from any address', async () => {
      const email = newEmail();
      await each(PER_ACCOUNT, () => attempt(email, newAddress()));
      await expect(attempt(email, newAddress(), 'the right password')).resolves.toBe(429);
      await expect(attempt(newEmail(), newAddress())).resolves.toBeUndefined();
    });

    it('are counted together for an IPv6 /64', async () => {
      const email = newEmail();
      await each(PER_ACCOUNT_AND_NETWORK, (host) => attempt(email, `2001:db8:1:2::${host + 1}`));
      await expect(attempt(email, '2001:db8:1:2:ffff::1')).resolves.toBe(429);
      await expect(attempt(email, '2001:db8:1:3::1')).resolves.toBeUndefined();
    });

    it('are refused as often when they are made in parallel', async () => {
      const [email, ip] = [newEmail(), newAddress()];
      const answers = await each(3 * PER_ACCOUNT_AND_NETWORK, () => attempt(email, ip));
      expect(answers.filter((answer) => answer === undefined)).toHaveLength(PER_ACCOUNT_AND_NETWORK);
    });

    it('are accepted again once the window of the first failure has ended', async () => {
      const [email, ip] = [newEmail(), newAddress()];
      await each(PER_ACCOUNT_AND_NETWORK, () => attempt(email, ip));
      await expect(attempt(email, ip)).resolves.toBe(429);
      await endWindows();
      await expect(attempt(email, ip)).resolves.toBeUndefined();
    });

    it('do not extend the window', async () => {
      const [email, ip] = [newEmail(), newAddress()];
      await attempt(email, ip);
      await attempts.app.query(`UPDATE limit_counts SET expires_at = now() + interval '60 seconds'`);
      await each(2 * PER_ACCOUNT_AND_NETWORK, () => attempt(email, ip));
      const error: unknown = await attempts.app
        .get(AttemptLimits)
        .login({ email, ip }, () => Promise.resolve({ isRight: true }))
        .catch((reason: unknown) => reason);
      expect(Number((error as ProblemError).problem.headers?.['retry-after'])).toBeLessThanOrEqual(60);
    });

    it('are not counted when they end with an error, when they succeed, or when they are refused', async () => {
      const [email, ip] = [newEmail(), newAddress()];
      const outage = () =>
        attempts.app
          .get(AttemptLimits)
          .login({ email, ip }, () => Promise.reject(new DatabaseTimeoutError()));
      for (let index = 0; index < PER_ACCOUNT_AND_NETWORK; index++)
        await expect(outage()).rejects.toThrow('timeout');
      for (let index = 0; index < PER_NETWORK; index++)
        await expect(attempt(newEmail(), ip, 'right')).resolves.toBe('right');
      await each(PER_ACCOUNT_AND_NETWORK, () => attempt(email, ip));
      await each(PER_NETWORK, () => attempt(email, ip));
      await expect(attempt(newEmail(), ip)).resolves.toBeUndefined();
    });

    it('are counted from zero again for the account and the address after a success', async () => {
      const [email, ip] = [newEmail(), newAddress()];
      await each(PER_ACCOUNT_AND_NETWORK - 1, () => attempt(email, ip));
      await expect(attempt(email, ip, 'right')).resolves.toBe('right');
      await each(PER_ACCOUNT_AND_NETWORK - 1, () => attempt(email, ip));
      await expect(attempt(email, ip, 'right')).resolves.toBe('right');
    });

    it('that succeed are limited for each account, whatever the password is then', async () => {
      const email = newEmail();
      for (let index = 0; index < LOGINS; index++)
        await expect(attempt(email, newAddress(), 'right')).resolves.toBe('right');
      await expect(attempt(email, newAddress(), 'right')).resolves.toBe(429);
      await expect(attempt(email, newAddress())).resolves.toBe(429);
    });

    it('leave no counts behind once their windows have ended', async () => {
      await attempt(newEmail(), newAddress());
      await expect(attempts.app.get(LimitCleanupService).remove()).resolves.toEqual(expect.any(Number));
      await expect(attempts.app.query('SELECT FROM limit_counts')).resolves.not.toHaveLength(0);
      await endWindows();
      await attempts.app.get(LimitCleanupService).remove();
      await expect(attempts.app.query('SELECT FROM limit_counts')).resolves.toHaveLength(0);
    });
  });
});
