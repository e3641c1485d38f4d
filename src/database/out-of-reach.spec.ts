import { QueryFailedError } from 'typeorm';
import { NoPrimaryError } from '../common/database-errors.js';
import { PrimaryNotFoundError } from './primary-not-found.error.js';
import { isEndedConnection, isOutOfReach } from './out-of-reach.js';

const failure = (code: string) => Object.assign(new Error(code), { code });
const AWAY = failure('ECONNREFUSED');
const STANDBY = new NoPrimaryError('a standby or read-only');

describe('a failed attempt to connect to PostgreSQL', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENOTFOUND', '57P03'])(
    'shows with %s that the server is out of reach',
    (code) => {
      expect(isOutOfReach(failure(code))).toBe(true);
      expect(isOutOfReach(new AggregateError([failure(code), failure(code)]))).toBe(true);
    },
  );

  it.each([
    ['too many connections', '53300'],
    ['a connection that an operator ends', '57P01'],
    ['a wrong password', '28P01'],
    ['a missing database', '3D000'],
    ['a missing right', '42501'],
    ['a read-only transaction', '25006'],
  ])('does not show with %s that the server is out of reach', (_what, code) => {
    expect(isOutOfReach(failure(code))).toBe(false);
    expect(isOutOfReach(new AggregateError([failure('ECONNREFUSED'), failure(code)]))).toBe(false);
  });

  it.each([
    ['a host out of reach, and a standby', [AWAY, STANDBY], true],
    ['standbys alone', [STANDBY, STANDBY], false],
    ['a host that refuses the password, and one out of reach', [failure('28P01'), AWAY], false],
  ])('shows whether the primary is out of reach, with several hosts: %s', (_what, causes, expected) => {
    const failures = causes.map((error, index) => ({ server: { host: `db${index}`, port: 5432 }, error }));
    expect(isOutOfReach(new PrimaryNotFoundError(failures))).toBe(expected);
  });

  it.each([
    ['57P01', true],
    ['57P02', true],
    ['57P03', false],
    ['53300', false],
  ])('with %s is the end of a connection: %s', (code, expected) => {
    expect(isEndedConnection(failure(code))).toBe(expected);
    expect(isEndedConnection(new QueryFailedError('SELECT 1', [], failure(code)))).toBe(expected);
  });

  it('is the end of a connection when the driver takes no more statements', () => {
    const error = new Error('Client has encountered a connection error and is not queryable');
    expect([isEndedConnection(error), isOutOfReach(error)]).toEqual([true, false]);
    expect(isEndedConnection(new Error('Connection terminated unexpectedly'))).toBe(false);
  });

  it('shows that the server is out of reach when the connection ended, but not for a defect', () => {
    expect(isOutOfReach(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isOutOfReach(new TypeError('PostgreSQL answered without a row'))).toBe(false);
  });
});
