import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';
import {
  DatabaseTimeoutError,
  isDatabaseOutage,
  isReadOnlyRefusal,
  isReferenceViolation,
  isRefusedConnection,
  isUniqueViolation,
  isUnstorableText,
} from './database-errors.js';

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });
const failedQuery = (code: string) => new QueryFailedError('SELECT 1', [], withCode(code));

describe('among database errors', () => {
  it.each([
    ['08000', 'the connection'],
    ['08006', 'the connection'],
    ['57P01', 'a shutdown'],
    ['57P02', 'a crash'],
    ['57P03', 'a start'],
    ['57014', 'a cancelled statement'],
    ['3D000', 'a database that is being restored'],
    ['42P01', 'a table that is being restored'],
    ['42883', 'a function that is being restored'],
    ['53300', 'too many connections'],
    ['53100', 'a full disk'],
    ['58030', 'a failing disk'],
    ['57P05', 'an idle session that the server ends'],
    ['25P03', 'an idle transaction that the server ends'],
    ['25P04', 'a transaction that takes too long'],
    ['55000', 'a database that takes no connections'],
    ['55P03', 'a lock that is not free in time'],
    ['28P01', 'a password that was changed'],
    ['28000', 'a role that may not log in any more'],
    ['25006', 'a replica'],
    ['40001', 'a serialization failure'],
    ['40P01', 'a deadlock'],
  ])('%s (%s) is an outage, bare and as TypeORM wraps it', (code) => {
    expect(isDatabaseOutage(withCode(code))).toBe(true);
    expect(isDatabaseOutage(failedQuery(code))).toBe(true);
  });

  it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])(
    '%s is an outage',
    (code) => expect(isDatabaseOutage(withCode(code))).toBe(true),
  );

  it.each([
    'CERT_HAS_EXPIRED',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ])('%s, a certificate that expired or was exchanged, is an outage', (code) => {
    expect(isDatabaseOutage(withCode(code))).toBe(true);
    expect(isDatabaseOutage(failedQuery(code))).toBe(true);
  });

  it.each([
    ...['The server does not support SSL connections', 'Query read timeout'],
    ...['timeout exceeded when trying to connect', 'Connection terminated unexpectedly'],
    ...['Connection terminated due to connection timeout'],
    ...['Client has encountered a connection error and is not queryable'],
    ...['Cannot use a pool after calling end on the pool', 'Driver not Connected'],
    ...['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'],
    ...['There was an error establishing an SSL connection'],
  ])('"%s", which the driver says without a code, is an outage', (message) =>
    expect(isDatabaseOutage(new Error(message))).toBe(true),
  );

  it('a refusal on both IPv6 and IPv4 is an outage', () =>
    expect(isDatabaseOutage(new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]))).toBe(
      true,
    ));

  it.each([new QueryRunnerAlreadyReleasedError(), new QueryRunnerProviderAlreadyReleasedError()])(
    'a statement on a connection that TypeORM has lost is an outage: %s',
    (error) => expect(isDatabaseOutage(error)).toBe(true),
  );

  it('an expired time limit of the service itself is an outage', () =>
    expect(isDatabaseOutage(new DatabaseTimeoutError())).toBe(true));

  it.each(['42601', '42703', '23505', '23503', '22021', '42501', '25001', '22012'])(
    '%s is a defect or a refusal, no outage: the same request will not succeed later',
    (code) => expect(isDatabaseOutage(failedQuery(code))).toBe(false),
  );

  it.each([
    undefined,
    null,
    'timeout',
    { code: '08006' },
    new TypeError('x is not a function'),
    new AggregateError([]),
  ])('%p is no outage', (error) => expect(isDatabaseOutage(error)).toBe(false));

  it.each(['28P01', '28000', '3D000', '55000', '53300', 'CERT_HAS_EXPIRED'])(
    '%s is a refused connection, and no server that is out of reach',
    (code) => expect(isRefusedConnection(withCode(code))).toBe(true),
  );

  it.each(['57P03', 'ECONNREFUSED', '25006', '42501'])('%s is no refused connection', (code) =>
    expect(isRefusedConnection(withCode(code))).toBe(false),
  );

  it('a refusal to write is recognised, bare and wrapped', () => {
    expect(isReadOnlyRefusal(withCode('25006'))).toBe(true);
    expect(isReadOnlyRefusal(failedQuery('25006'))).toBe(true);
    expect(isReadOnlyRefusal(withCode('42501'))).toBe(false);
  });

  it('a unique violation is recognised, bare and wrapped', () => {
    expect(isUniqueViolation(withCode('23505'))).toBe(true);
    expect(isUniqueViolation(failedQuery('23505'))).toBe(true);
    expect(isUniqueViolation(failedQuery('23503'))).toBe(false);
    expect(isUniqueViolation(new Error('23505'))).toBe(false);
  });

  it.each(['23503', '23001'])('%s is a violation of a reference, bare and as TypeORM wraps it', (code) => {
    expect(isReferenceViolation(withCode(code))).toBe(true);
    expect(isReferenceViolation(failedQuery(code))).toBe(true);
    expect(isReferenceViolation(failedQuery('23505'))).toBe(false);
  });

  it('a refusal of text that cannot be stored is recognised', () => {
    for (const code of ['22021', '22P05', '22P02']) {
      expect(isUnstorableText(failedQuery(code))).toBe(true);
      expect(isUnstorableText(withCode(code))).toBe(true);
    }
    expect(isUnstorableText(failedQuery('23505'))).toBe(false);
    expect(isUnstorableText(new Error('22021'))).toBe(false);
  });
});
