import { readFileSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { freePort } from '../support/network/free-port.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { tlsArguments } from '../support/redis/tls-arguments.js';
import { type Certificate, CertificateAuthority } from '../support/tls/certificates.js';
import { waitFor } from '../support/wait-for.js';
import { itKeepsTheCacheStoreContract } from './cache-store.contract.js';
import { ConnectedStore } from './redis-store.js';
import { ENDLESS } from '../support/endless-permit.js';

const PATIENCE = { timeoutMs: 30_000 };
const PATIENT_MS = 5000;
const HOST = '127.0.0.1';
const pem = (path: string) => readFileSync(path, 'utf8');

describe('RedisConnection over TLS', () => {
  let ca: CertificateAuthority;
  let client: Certificate;
  let redis: RedisServer;
  let opened: ConnectedStore[];

  /** Starts a Redis that shows this certificate; answers the URL of its port with TLS. */
  const start = async (names: [string, ...string[]], clients: 'certified' | 'any' = 'any') => {
    const port = await freePort();
    redis = await RedisServer.start({ args: tlsArguments(port, await ca.issue(...names), ca.cert, clients) });
    return `rediss://${HOST}:${port}`;
  };
  const connect = (url: string, authority: CertificateAuthority | undefined, own?: Certificate) => {
    const ca = authority && pem(authority.cert);
    const certificates = { ca, cert: own && pem(own.cert), key: own && pem(own.key) };
    const connected = new ConnectedStore(url, { deadlineMs: PATIENT_MS, target: { certificates } });
    opened.push(connected);
    return connected;
  };
  const untilFailed = async ({ readiness }: ConnectedStore, reason: RegExp) => {
    await waitFor(() => reason.test(readiness.reason), { what: 'a refusal', ...PATIENCE });
    expect(readiness.transitions.trusted).toBe(0);
  };
  /** Waits for a refusal of the server's certificate, and expects that it is logged, and that no command was sent. */
  const expectRefusal = async (connected: ConnectedStore, reason: RegExp): Promise<void> => {
    const lines: string[] = [];
    const write = (line: unknown) => void lines.push(String(line));
    Logger.overrideLogger({ log: write, warn: write, error: write });
    await untilFailed(connected, reason);
    expect(connected.readiness.state).toBe('down');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(reason);
    expect(lines[0]).toMatch(/^Redis is not used: .*\. PostgreSQL answers instead$/);
    expect(connected.readiness.transitions).toMatchObject({ trusted: 0, replaying: 0 });
    await expect(connected.store.get('key', ENDLESS)).rejects.toThrow('no connection');
    expect(String(await redis.cli('INFO', 'commandstats'))).not.toContain('cmdstat_role');
  };

  beforeAll(async () => {
    ca = await CertificateAuthority.create();
    client = await ca.issue('DNS:ergodrive');
  });
  beforeEach(() => (opened = []));
  afterEach(async () => {
    Logger.overrideLogger(false);
    await Promise.all(opened.map((connected) => connected.close()));
    await redis.stop();
  });
  afterAll(() => ca.remove());

  it('shows its own certificate to a server that asks for one', async () => {
    const url = await start([`IP:${HOST}`], 'certified');
    const connected = await connect(url, ca, client).trusted(PATIENCE.timeoutMs);
    await connected.store.set('key', 1, 60_000);
    await expect(connected.store.get('key', ENDLESS)).resolves.toBe(1);
  });

  it('finds the name of the server in the certificate', async () => {
    const url = await start(['DNS:localhost']);
    await connect(url.replace(HOST, 'localhost'), ca).trusted(PATIENCE.timeoutMs);
  });

  it('is not trusted when the certificate is of another name', async () => {
    const url = await start(['DNS:other.example']);
    await expectRefusal(connect(url, ca), /certificate of the server is refused: .*does not match/);
  });

  it('is not trusted when the certificate is of an unknown authority', async () => {
    const url = await start([`IP:${HOST}`]);
    const stranger = await CertificateAuthority.create();
    await expectRefusal(connect(url, stranger), /certificate of the server is refused: /);
    await stranger.remove();
  });

  it('accepts only public authorities without a CA file', async () => {
    const url = await start([`IP:${HOST}`]);
    await expectRefusal(connect(url, undefined), /certificate of the server is refused: /);
  });

  it('says that the server asks for a certificate', async () => {
    const url = await start([`IP:${HOST}`], 'certified');
    const connected = connect(url, ca);
    await untilFailed(connected, /certificate required|asks for a client certificate/);
  });

  it('is not trusted when the server has no TLS', async () => {
    const url = await start([`IP:${HOST}`]);
    const connected = connect(url.replace(/\d+$/, String(redis.port)), ca);
    await untilFailed(connected, /TLS failed|handshake|closed/i);
  });
});

describe('RedisCacheStore over TLS', () => {
  itKeepsTheCacheStoreContract(async () => {
    const [ca, port] = await Promise.all([CertificateAuthority.create(), freePort()]);
    const [server, client] = await Promise.all([ca.issue(`IP:${HOST}`), ca.issue('DNS:ergodrive')]);
    const redis = await RedisServer.start({ args: tlsArguments(port, server, ca.cert, 'certified') });
    const certificates = { ca: pem(ca.cert), cert: pem(client.cert), key: pem(client.key) };
    const options = { deadlineMs: PATIENT_MS, target: { certificates } };
    const connected = new ConnectedStore(`rediss://${HOST}:${port}`, options);
    await connected.trusted(PATIENCE.timeoutMs);
    return {
      store: connected.store,
      empty: () => redis.cli('FLUSHDB').then(() => undefined),
      close: async () => {
        await connected.close();
        await redis.stop();
        await ca.remove();
      },
    };
  });
});
