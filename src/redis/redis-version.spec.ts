import { requireVersion } from './redis-version.js';

const info = (...lines: string[]) => ['# Server', ...lines, 'redis_mode:standalone', ''].join('\r\n');
const valkey = (version: string) =>
  info('redis_version:7.2.4', 'server_name:valkey', `valkey_version:${version}`);

describe('requireVersion', () => {
  it.each(['6.2.0', '6.2.14', '6.10.0', '7.0.0', '8.0.2', '10.0.0', '255.255.255'])(
    'takes Redis %s',
    (version) => expect(() => requireVersion(info(`redis_version:${version}`))).not.toThrow(),
  );

  it.each(['6.1.9', '6.0.16', '5.0.7', '5.9.0', '2.8.24'])('refuses Redis %s', (version) =>
    expect(() => requireVersion(info(`redis_version:${version}`))).toThrow(
      `the server is Redis ${version}, and Redis 6.2 or newer is needed`,
    ),
  );

  it.each(['7.2.5', '8.0.0', '8.1.1', '9.0.0'])('takes Valkey %s', (version) =>
    expect(() => requireVersion(valkey(version))).not.toThrow(),
  );

  it('refuses an old Valkey, whatever version of Redis it states', () =>
    expect(() => requireVersion(valkey('7.1.9'))).toThrow(
      'the server is Valkey 7.1.9, and Valkey 7.2 or newer is needed',
    ));

  it.each([info(), info('redis_version:unknown'), ''])('refuses a server without a version', (text) =>
    expect(() => requireVersion(text)).toThrow(
      'states no version of Redis, and Redis 6.2 or newer is needed',
    ),
  );
});
