import { join } from 'node:path';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { freePort } from '../support/network/free-port.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { Sentinel } from '../support/redis/sentinel.js';
import { tlsArguments } from '../support/redis/tls-arguments.js';
import { CertificateAuthority } from '../support/tls/certificates.js';
import { waitFor } from '../support/wait-for.js';
import { readFileSync } from 'node:fs';
import { ConnectedStore, type ConnectedStoreOptions } from './redis-store.js';

const PATIENCE = { timeoutMs: 30_000 };
const HOST = '127.0.0.1';
const PASSWORDS = { redis: 'redis-s3cret', sentinel: 'sentinel-s3cret', user: 'user-s3cret' };
const MASTER = 'main';

describe('RedisConnection through a Sentinel with a login of its own', () => {
  let folder: string;
  let ca: CertificateAuthority;
  let redis: RedisServer;
  let sentinel: Sentinel;
  let ports: { redis: number; sentinel: number };
  let connected: ConnectedStore;
  beforeAll(async () => {
    [folder, ca] = await Promise.all([makeTemporaryDirectory('sentinel'), CertificateAuthority.create()]);
    ports = { redis: await freePort(), sentinel: await freePort() };
    const certificate = await ca.issue(`IP:${HOST}`);
    const args = tlsArguments(ports.redis, certificate, ca.cert);
    redis = await RedisServer.start({ password: PASSWORDS.redis, args });
    sentinel = await Sentinel.start({
      dir: join(folder, 'one'),
      masterName: MASTER,
      masterPort: redis.port,
      quorum: 1,
      downAfterMs: 120_000,
      password: PASSWORDS.sentinel,
      masterPassword: PASSWORDS.redis,
    });
    const rules = ['on', `>${PASSWORDS.user}`, '-@all', '+sentinel|get-master-addr-by-name'];
    await sentinel.cli('ACL', 'SETUSER', 'ergodrive', ...rules);
  });
  afterEach(() => connected.close());
  afterAll(async () => {
    await Promise.all([sentinel.stop(), redis.stop()]);
    await ca.remove();
    await removeTemporaryDirectory(folder);
  });

  const connect = (
    sentinelLogin: { username: string | undefined; password: string } | undefined,
    target: ConnectedStoreOptions['target'] = {},
    scheme = 'redis',
    port = sentinel.port,
  ): ConnectedStore => {
    const url = `${scheme}+sentinel://:${PASSWORDS.redis}@${HOST}:${port}/${MASTER}`;
    connected = new ConnectedStore(url, { deadlineMs: 5000, target: { ...target, sentinelLogin } });
    return connected;
  };
  const refusal = async (words: RegExp): Promise<void> => {
    await waitFor(() => words.test(connected.readiness.reason), { what: 'a refusal', ...PATIENCE });
    expect(connected.readiness.transitions.trusted).toBe(0);
    expect(connected.readiness.reason).not.toContain('s3cret');
  };

  it('logs in with the password of the Sentinel, and with that of Redis', async () => {
    await connect({ username: undefined, password: PASSWORDS.sentinel }).trusted(PATIENCE.timeoutMs);
    await connected.store.set('user:a', 1, 60_000);
    await expect(redis.cli('GET', 'user:a')).resolves.toBe('1');
  });

  it('logs in as an ACL user that may ask for the master alone', () =>
    connect({ username: 'ergodrive', password: PASSWORDS.user }).trusted(PATIENCE.timeoutMs));

  it('says that the Sentinel asks for a password, or refuses it', async () => {
    connect(undefined);
    await refusal(/^no Sentinel names the master \(127\.0\.0\.1:\d+: NOAUTH/);
    await connected.close();
    connect({ username: undefined, password: PASSWORDS.redis });
    await refusal(/^no Sentinel names the master \(127\.0\.0\.1:\d+: WRONGPASS/);
  });

  it('verifies the Sentinel and the master over TLS', async () => {
    const certificate = await ca.issue(`IP:${HOST}`);
    const lines = tlsArguments(ports.sentinel, certificate, ca.cert).join(' ').split(' --');
    const secured = await Sentinel.start({
      dir: join(folder, 'two'),
      masterName: MASTER,
      masterPort: ports.redis,
      quorum: 1,
      downAfterMs: 120_000,
      lines: lines.map((line) => line.replace(/^--/, '')),
    });
    const certificates = { ca: readFileSync(ca.cert, 'utf8'), cert: undefined, key: undefined };
    connect(undefined, { certificates }, 'rediss', ports.sentinel);
    await connected.trusted(PATIENCE.timeoutMs);
    await connected.close();
    connect(undefined, {}, 'rediss', ports.sentinel);
    await refusal(/^no Sentinel names the master \(.*certificate of the server is refused/);
    await secured.stop();
  });
});
