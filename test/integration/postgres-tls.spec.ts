import { chmod, chown, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../src/config/configuration.error.js';
import { initializeCluster } from '../support/postgres/postgres-cluster.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import type { TestDatabase } from '../support/postgres/test-database.js';
import type { SystemUser } from '../support/process/unprivileged-user.js';
import { type Certificate, CertificateAuthority } from '../support/tls/certificates.js';
import { primaryOf } from '../support/postgres/primary-of.js';
import { getMe, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

const SETTINGS = ['ssl=on', 'ssl_cert_file=server.pem', 'ssl_key_file=server-key.pem', 'ssl_ca_file=ca.pem'];
/** The set-up of the tests has no TLS, the service has nothing else. */
const ACCESS = `local all all trust
host all postgres 127.0.0.1/32 trust
hostssl all service 127.0.0.1/32 trust
hostssl all certified 127.0.0.1/32 trust clientcert=verify-ca
`;

describe('PostgreSQL over TLS', () => {
  let authority: CertificateAuthority;
  let stranger: CertificateAuthority;
  let clientCertificate: Certificate;
  /** Its certificate has the address of the URL, or another name. */
  let server: PostgresServer;
  let misnamed: PostgresServer;
  const databases: TestDatabase[] = [];

  beforeAll(async () => {
    [authority, stranger] = [await CertificateAuthority.create(), await CertificateAuthority.create()];
    clientCertificate = await authority.issue('DNS:client');
    server = await startServer(await authority.issue('IP:127.0.0.1'));
    misnamed = await startServer(await authority.issue('DNS:elsewhere.example'));
  });
  afterAll(async () => {
    for (const database of databases) await database.drop();
    await server.stop();
    await misnamed.stop();
    await authority.remove();
    await stranger.remove();
  });

  const startServer = async (certificate: Certificate): Promise<PostgresServer> => {
    const createData = async (dir: string, user: SystemUser | undefined) => {
      const data = await initializeCluster(dir, user);
      const files = {
        'server.pem': certificate.cert,
        'server-key.pem': certificate.key,
        'ca.pem': authority.cert,
      };
      for (const [name, source] of Object.entries(files)) {
        const file = join(data, name);
        await copyFile(source, file);
        await chmod(file, 0o600);
        if (user) await chown(file, user.uid, user.gid);
      }
      await writeFile(join(data, 'pg_hba.conf'), ACCESS);
      return data;
    };
    const started = await PostgresServer.start({
      args: SETTINGS.flatMap((setting) => ['-c', setting]),
      createData,
    });
    for (const role of ['service', 'certified']) await started.query(`CREATE ROLE ${role} LOGIN SUPERUSER`);
    return started;
  };

  /** The URL of a new database on the server. */
  const urlOf = async (
    of: PostgresServer,
    role: string,
    options: Record<string, string>,
  ): Promise<string> => {
    const database = await of.createDatabase();
    databases.push(database);
    const url = new URL(database.url);
    url.username = role;
    for (const [name, value] of Object.entries(options)) url.searchParams.set(name, value);
    return url.href;
  };
  /** What the service answers to its first user, or why it does not start. */
  const use = async (url: string): Promise<string> => {
    try {
      const app = await AppInProcess.start({ DATABASE_URL: url });
      const status = await getMe(app, await register(app));
      await app.stop();
      return status;
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      return (error as Error).message;
    }
  };
  const verified = () => ({ sslmode: 'verify-full', sslrootcert: authority.cert });

  it('is used on every connection when the authority and the name are right', async () => {
    const url = await urlOf(server, 'service', verified());
    const app = await AppInProcess.start({ DATABASE_URL: url });
    expect(await getMe(app, await register(app))).toBe('200');
    const database = new URL(url).pathname.slice(1);
    const rows = await server.query<{ ssl: boolean }>(
      `SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = $1 AND usename = 'service'`,
      [database],
    );
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(rows.filter(({ ssl }) => !ssl)).toEqual([]);
    await app.stop();
  });

  it('is refused at once, with the name of the variable, when another authority signed its certificate', async () => {
    const url = await urlOf(server, 'service', { sslmode: 'verify-full', sslrootcert: stranger.cert });
    await expect(use(url)).resolves.toMatch(/DATABASE_URL .*certificate of the server is refused/);
  });

  it('is refused when its certificate has another name, unless only the authority counts', async () => {
    const refused = await use(await urlOf(misnamed, 'service', verified()));
    expect(refused).toMatch(/DATABASE_URL .*certificate of the server is refused/);
    const lax = { sslmode: 'verify-ca', sslrootcert: authority.cert };
    await expect(use(await urlOf(misnamed, 'service', lax))).resolves.toBe('200');
  });

  it('is verified by the name of each of several hosts', async () => {
    const of = async (started: PostgresServer, host: string): Promise<string> => {
      const url = new URL(await urlOf(started, 'service', verified()));
      const { port, search } = url;
      return primaryOf(`postgresql://service@${host}:${port},127.0.0.1:${port}/postgres${search}`)
        .find()
        .then((found) => found.host, String);
    };
    // The certificate has the address alone.
    await expect(of(server, 'localhost')).resolves.toBe('127.0.0.1');
    await expect(of(misnamed, 'localhost')).resolves.toMatch(
      /localhost:\d+ \(.*localhost. is not in.*\), 127.0.0.1:\d+ \(.*IP: 127.0.0.1 is not in/,
    );
  });

  it('is used without verification with sslmode=require, as libpq does, and not without TLS', async () => {
    await expect(use(await urlOf(misnamed, 'service', { sslmode: 'require' }))).resolves.toBe('200');
    const plain = await use(await urlOf(server, 'service', { sslmode: 'disable' }));
    expect(plain).toMatch(/DATABASE_URL must name a user that may connect from here/);
  });

  it('accepts a client with a certificate, and refuses a client without one', async () => {
    const certificate = { sslcert: clientCertificate.cert, sslkey: clientCertificate.key };
    await expect(use(await urlOf(server, 'certified', { ...verified(), ...certificate }))).resolves.toBe(
      '200',
    );
    expect(await use(await urlOf(server, 'certified', verified()))).toMatch(/DATABASE_URL must /);
  });

  it('is refused when the server offers no TLS', async () => {
    const plain = await PostgresServer.start();
    await plain.query('CREATE ROLE service LOGIN SUPERUSER');
    await expect(use(await urlOf(plain, 'service', verified()))).resolves.toMatch(
      /DATABASE_URL .*the server does not offer TLS/,
    );
    for (const database of databases.splice(-1)) await database.drop();
    await plain.stop();
  });
});
