import 'reflect-metadata';
import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  makeTemporaryDirectory,
  removeTemporaryDirectory,
} from '../../test/support/files/temporary-directory.js';
import { problemsOfConfiguration } from '../../test/support/problems-of-configuration.js';
import { type Certificate, CertificateAuthority } from '../../test/support/tls/certificates.js';
import { loadConfig } from './load-config.js';
import type { RedisTarget } from './redis-url.js';

const TLS = 'rediss://:s3cret@cache';
const SENTINEL = 'redis+sentinel://:s3cret@one,two/main';

const load = (variables: Record<string, string>): RedisTarget | undefined =>
  loadConfig({ NODE_ENV: 'test', JWT_SECRET: 'x'.repeat(40), ...variables }).cache.redis;

const problemsOf = (variables: Record<string, string>) =>
  problemsOfConfiguration({ NODE_ENV: 'test', JWT_SECRET: 'x'.repeat(40), ...variables });
/** The problems of files beside a URL with TLS. */
const problemsOfFiles = (files: Record<string, string>) => problemsOf({ REDIS_URL: TLS, ...files });

describe('the configuration of REDIS_TLS_…_FILE', () => {
  let ca: CertificateAuthority;
  let own: Certificate;
  let other: Certificate;
  let folder: string;
  /** The path of a new file with this text. */
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  beforeAll(async () => {
    folder = await makeTemporaryDirectory('redis-target');
    ca = await CertificateAuthority.create();
    [own, other] = await Promise.all([ca.issue('DNS:client'), ca.issue('DNS:other')]);
  });
  afterAll(async () => {
    await ca.remove();
    await removeTemporaryDirectory(folder);
  });

  it('reads authorities, and a certificate with its key', () => {
    const certificates = load({
      REDIS_URL: TLS,
      REDIS_TLS_CA_FILE: ca.cert,
      REDIS_TLS_CERT_FILE: own.cert,
      REDIS_TLS_KEY_FILE: own.key,
    })?.certificates;
    expect(certificates?.ca).toContain('BEGIN CERTIFICATE');
    expect(certificates?.cert).toContain('BEGIN CERTIFICATE');
    expect(certificates?.key).toContain('PRIVATE KEY');
  });

  it('accepts authorities without a certificate, and no files at all', () => {
    const target = load({ REDIS_URL: TLS, REDIS_TLS_CA_FILE: ca.cert });
    expect(target?.certificates).toMatchObject({ cert: undefined, key: undefined });
    expect(load({ REDIS_URL: TLS })?.certificates).toBeUndefined();
  });

  it.each([
    ['redis://:s3cret@cache', 'REDIS_TLS_CA_FILE'],
    [SENTINEL, 'REDIS_TLS_CERT_FILE'],
    ['', 'REDIS_TLS_KEY_FILE'],
  ])('refuses the REDIS_URL "%s" with %s', (url, name) =>
    expect(problemsOf({ REDIS_URL: url, [name]: ca.cert })).toEqual([
      `${name} needs a REDIS_URL with TLS, such as rediss://`,
    ]),
  );

  it('refuses a certificate without its key, and a key without its certificate', () => {
    expect(problemsOfFiles({ REDIS_TLS_CERT_FILE: own.cert })).toEqual([
      'REDIS_TLS_CERT_FILE needs REDIS_TLS_KEY_FILE too',
    ]);
    expect(problemsOfFiles({ REDIS_TLS_KEY_FILE: own.key })).toEqual([
      'REDIS_TLS_KEY_FILE needs REDIS_TLS_CERT_FILE too',
    ]);
  });

  it('refuses the key of another certificate', () =>
    expect(problemsOfFiles({ REDIS_TLS_CERT_FILE: own.cert, REDIS_TLS_KEY_FILE: other.key })).toEqual([
      'REDIS_TLS_KEY_FILE must hold the key of the first certificate in REDIS_TLS_CERT_FILE',
    ]));

  it('refuses an encrypted key', () => {
    const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 's3cret' } as const;
    const key = createPrivateKey(readFileSync(own.key, 'utf8'));
    const encrypted = file('encrypted.pem', key.export(options).toString());
    expect(problemsOfFiles({ REDIS_TLS_CERT_FILE: own.cert, REDIS_TLS_KEY_FILE: encrypted })).toEqual([
      'REDIS_TLS_KEY_FILE must not be encrypted',
    ]);
  });

  it.each(['', 's3cret', '-----BEGIN CERTIFICATE-----\ns3cret\n-----END CERTIFICATE-----\n'])(
    'refuses files with %j, and shows nothing of them',
    (text) => {
      const wrong = file('wrong.pem', text);
      expect(problemsOfFiles({ REDIS_TLS_CA_FILE: wrong })).toEqual([
        'REDIS_TLS_CA_FILE must hold certificates in PEM form',
      ]);
      expect(problemsOfFiles({ REDIS_TLS_CERT_FILE: wrong, REDIS_TLS_KEY_FILE: own.key })).toEqual([
        'REDIS_TLS_CERT_FILE must hold certificates in PEM form',
      ]);
      expect(problemsOfFiles({ REDIS_TLS_CERT_FILE: own.cert, REDIS_TLS_KEY_FILE: wrong })).toEqual([
        'REDIS_TLS_KEY_FILE must hold a private key in PEM form',
      ]);
    },
  );

  it('refuses files that are not there', () =>
    expect(problemsOfFiles({ REDIS_TLS_CA_FILE: join(folder, 'absent.pem') })).toEqual([
      'REDIS_TLS_CA_FILE cannot be read (ENOENT)',
    ]));
});

describe('REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD', () => {
  it('are the login of Sentinels', () => {
    expect(load({ REDIS_URL: SENTINEL })?.sentinelLogin).toBeUndefined();
    expect(load({ REDIS_URL: SENTINEL, REDIS_SENTINEL_PASSWORD: 'p@ss' })?.sentinelLogin).toEqual({
      username: undefined,
      password: 'p@ss',
    });
    const both = { REDIS_SENTINEL_USERNAME: 'app', REDIS_SENTINEL_PASSWORD: 'p@ss' };
    expect(load({ REDIS_URL: SENTINEL, ...both })).toMatchObject({
      password: 's3cret',
      sentinelLogin: { username: 'app', password: 'p@ss' },
    });
  });

  it('are refused without Sentinels, and a name without a password', () => {
    expect(problemsOf({ REDIS_URL: TLS, REDIS_SENTINEL_PASSWORD: 'p@ss' })).toEqual([
      'REDIS_SENTINEL_PASSWORD needs a REDIS_URL with redis+sentinel:// or rediss+sentinel://',
    ]);
    expect(problemsOf({ REDIS_URL: SENTINEL, REDIS_SENTINEL_USERNAME: 'app' })).toEqual([
      'REDIS_SENTINEL_USERNAME needs REDIS_SENTINEL_PASSWORD too',
    ]);
  });
});
