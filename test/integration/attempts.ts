import { parseList } from 'structured-headers';
import { AttemptLimits } from '../../src/auth/attempt-limits.js';
import { ProblemError } from '../../src/http/problem.error.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import type { Member } from './accounts.js';
import { type Answer, AppInProcess } from './app-in-process.js';

export const PER_ACCOUNT_AND_NETWORK = 10;
export const PER_NETWORK = 100;
export const PER_ACCOUNT = 100;
export const WINDOW_SECONDS = 900;

/** An app with limits, and attempts to log in there. */
export class Attempts {
  app!: AppInProcess;
  private accounts = 0;
  private hosts = 0;

  /** The app starts before the first test of the suite, and ends after the last. */
  static ofSuite(): Attempts {
    const attempts = new Attempts();
    let database: TestDatabase;
    beforeAll(async () => {
      database = await createTestDatabase();
      const env = { DATABASE_URL: database.url, RATE_LIMIT_ENABLED: 'true', TRUSTED_PROXIES: '1' };
      attempts.app = await AppInProcess.start(env);
    });
    afterAll(async () => {
      await attempts.app.stop();
      await database.drop();
    });
    return attempts;
  }

  readonly newEmail = (): string => `account-${this.accounts++}@example.org`;

  readonly newAddress = (): string => {
    const host = this.hosts++;
    return `10.0.${host >> 8}.${host & 255}`;
  };

  /** A login over HTTP from the address, with the device token. */
  logIn({ email }: Pick<Member, 'email'>, ip: string, password: string, device?: string): Promise<Answer> {
    return this.app.call('POST', '/api/v1/auth/login/json', {
      headers: { 'x-forwarded-for': ip, ...(device === undefined ? {} : { 'device-token': device }) },
      body: { email, password },
    });
  }

  /** What the check answered, or the status of the refusal. The check is no password hash: it answers at once. */
  readonly attempt = (email: string, ip: string | null, answer?: string): Promise<unknown> =>
    this.app
      .get(AttemptLimits)
      .login({ email, ip }, async () => ({ isRight: answer !== undefined, answer }))
      .then((checked) => checked.answer)
      .catch((error: unknown) => (error instanceof ProblemError ? error.problem.status : error));
}

/** Runs so many at once. */
export const each = <T>(length: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length }, (_, index) => make(index)));

/** A 429 problem whose headers a stock parser of structured fields reads. */
export function expectRefusal({ status, headers, body }: Answer, name: string, attempts: number): void {
  expect({ status, code: body['code'] }).toEqual({ status: 429, code: 'too_many_requests' });
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  const seconds = Number(headers['retry-after']);
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(WINDOW_SECONDS);
  const policy = parseList(String(headers['ratelimit-policy']));
  expect(policy).toEqual([[name, new Map([['q', attempts], ['w', WINDOW_SECONDS]])]]); // prettier-ignore
  expect(parseList(String(headers['ratelimit']))).toEqual([[name, new Map([['r', 0], ['t', seconds]])]]); // prettier-ignore
}
