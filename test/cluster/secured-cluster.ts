import { readFileSync } from 'node:fs';
import type { RedisCertificates } from '../../src/config/redis-url.js';
import { freePort } from '../support/network/free-port.js';
import { RedisClusterServers } from '../support/redis/redis-cluster.js';
import type { RedisProgram } from '../support/redis/redis-launch.js';
import { tlsArguments } from '../support/redis/tls-arguments.js';
import { type Certificate, CertificateAuthority } from '../support/tls/certificates.js';

const USER = 'ergodrive';
const PASSWORD = 'p@ss-word';
const HOST = '127.0.0.1';

const pem = (path: string) => readFileSync(path, 'utf8');

export interface SecuredClusterOptions {
  program: RedisProgram;
  /** What the nodes announce, and what alone is in their certificates: their address, or the name `localhost`. */
  announced: 'address' | 'name';
}

/** A cluster whose nodes ask for TLS with client certificates, also of each other, and for an ACL user. */
export class SecuredCluster {
  private constructor(
    readonly servers: RedisClusterServers,
    private readonly ca: CertificateAuthority,
    private readonly client: Certificate,
    private readonly ports: readonly number[],
    private readonly host: string,
  ) {}

  /** @param rules what the ACL user may do, as `ACL SETUSER` takes them */
  static async start(
    rules: readonly string[],
    { program, announced }: SecuredClusterOptions,
  ): Promise<SecuredCluster> {
    const ca = await CertificateAuthority.create();
    const host = announced === 'name' ? 'localhost' : HOST;
    const names = ['--cluster-announce-hostname', host, '--cluster-preferred-endpoint-type', 'hostname'];
    const [own, client] = await Promise.all([
      ca.issue(announced === 'name' ? `DNS:${host}` : `IP:${host}`),
      ca.issue(`DNS:${USER}`),
    ]);
    const nodeArguments = async () => [
      ...tlsArguments(await freePort(), own, ca.cert, 'certified'),
      ...['--tls-cluster', 'yes', '--tls-replication', 'yes'],
      ...(announced === 'name' ? names : []),
    ];
    const servers = await RedisClusterServers.start({ program, nodeArguments });
    const ports: number[] = [];
    for (const node of servers.nodes)
      ports.push(Number(((await node.cli('CONFIG', 'GET', 'tls-port')) as string[])[1]));
    const cluster = new SecuredCluster(servers, ca, client, ports, host);
    await cluster.allow(rules);
    return cluster;
  }

  /** With the login of the ACL user. */
  get url(): string {
    const hosts = this.ports.map((port) => `${this.host}:${port}`).join(',');
    return `rediss+cluster://${USER}:${encodeURIComponent(PASSWORD)}@${hosts}`;
  }

  get certificates(): RedisCertificates {
    return { ca: pem(this.ca.cert), cert: pem(this.client.cert), key: pem(this.client.key) };
  }

  /** What the application is given. */
  get environment(): Readonly<Record<string, string>> {
    return {
      REDIS_URL: this.url,
      REDIS_TLS_CA_FILE: this.ca.cert,
      REDIS_TLS_CERT_FILE: this.client.cert,
      REDIS_TLS_KEY_FILE: this.client.key,
    };
  }

  /** Gives the ACL user these rules and no others, on every node: a cluster does not copy users. */
  async allow(rules: readonly string[]): Promise<void> {
    const login = [USER, 'reset', 'on', `>${PASSWORD}`];
    await Promise.all(this.servers.nodes.map((node) => node.cli('ACL', 'SETUSER', ...login, ...rules)));
  }

  /** What was refused to users, on all nodes. */
  async refusals(): Promise<unknown[]> {
    const logs = await Promise.all(this.servers.nodes.map((node) => node.cli('ACL', 'LOG')));
    return (logs as unknown[][]).flat();
  }

  async stop(): Promise<void> {
    await this.servers.stop();
    await this.ca.remove();
  }
}
