import { Logger } from '@nestjs/common';
import { ConfigurationError } from '../config/configuration.error.js';
import { parseDatabaseUrl } from '../config/database-url.js';
import { NoPrimaryError } from '../common/database-errors.js';
import { PrimaryNotFoundError } from './primary-not-found.error.js';
import { waitForDatabase } from './wait-for-database.js';

const TARGET = parseDatabaseUrl('DATABASE_URL', 'postgresql://user:hunter2@db:5432/ergodrive');
const failure = (code: string) => Object.assign(new Error(`cause ${code}`), { code });

describe('waitForDatabase', () => {
  let lines: string[];
  let attempts: number;
  beforeEach(() => {
    jest.useFakeTimers();
    attempts = 0;
    lines = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void lines.push(String(line)));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  /** Attempts fail by this error, up to the one that succeeds. */
  const open =
    (error: Error, successAt = Infinity) =>
    () => {
      attempts += 1;
      return attempts < successAt ? Promise.reject(error) : Promise.resolve('open');
    };
  /** What becomes of the wait within a time. */
  const outcome = async (waitSeconds: number, ms: number, work: () => Promise<string>) => {
    let result: unknown;
    waitForDatabase(TARGET, waitSeconds, work).then(
      (value) => (result = value),
      (error: unknown) => (result = error),
    );
    await jest.advanceTimersByTimeAsync(ms);
    return result;
  };

  it('tries again until the server answers', async () => {
    await expect(outcome(60, 30_000, open(failure('ECONNREFUSED'), 5))).resolves.toBe('open');
    expect(attempts).toBe(5);
  });

  it('writes a line every few seconds, without the password', async () => {
    await outcome(60, 9_400, open(failure('57P03')));
    const waiting = 'Waiting for PostgreSQL at postgresql://db:5432/ergodrive since';
    expect(lines).toEqual([0, 3, 6, 9].map((since) => `${waiting} ${since} s: cause 57P03`));
  });

  it('ends after the configured time, with an error that names the variable', async () => {
    expect(await outcome(20, 19_000, open(failure('ECONNREFUSED')))).toBeUndefined();
    jest.clearAllTimers();
    const error = await outcome(20, 20_000, open(failure('ECONNREFUSED')));
    expect(String(error)).toMatch(/The server of DATABASE_URL does not answer: cause ECONNREFUSED/);
  });

  it('makes one attempt without a wait', async () => {
    expect(await outcome(0, 0, open(failure('ECONNREFUSED')))).toBeInstanceOf(Error);
    expect([attempts, lines]).toEqual([1, []]);
  });

  it.each([
    ['a wrong password', '28P01', ConfigurationError],
    ['a missing database', '3D000', ConfigurationError],
    ['a wrong statement of a migration', '42P01', Error],
  ])('does not try again after %s', async (_, code, type) => {
    expect(await outcome(60, 0, open(failure(code)))).toBeInstanceOf(type);
    expect(attempts).toBe(1);
  });

  describe('with several hosts', () => {
    const STANDBY = new NoPrimaryError('a standby or read-only');
    const nowhere = (...causes: Error[]) =>
      new PrimaryNotFoundError(
        causes.map((error, index) => ({ server: { host: `db${index}`, port: 5432 }, error })),
      );

    it.each([
      ['standbys alone', nowhere(STANDBY, STANDBY)],
      ['a refusal, and a host that does not answer', nowhere(failure('28P01'), failure('ECONNREFUSED'))],
    ])('waits for a primary behind %s', (_, error) =>
      expect(outcome(60, 30_000, open(error, 5))).resolves.toBe('open'),
    );

    it('ends with an error that names each host', async () => {
      const error = await outcome(0, 0, open(nowhere(STANDBY, failure('ECONNREFUSED'))));
      expect(String(error)).toBe(
        'Error: DATABASE_URL leads to no primary among db0:5432 (a standby or read-only), db1:5432 (cause ECONNREFUSED)',
      );
    });

    it('does not try again when every host that may be the primary refuses', async () => {
      const error = await outcome(60, 0, open(nowhere(STANDBY, failure('28P01'), failure('28P01'))));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect((error as ConfigurationError).problems).toEqual([
        expect.stringContaining('(28P01)'),
        expect.stringContaining('db2:5432 (cause 28P01)'),
      ]);
    });
  });
});
