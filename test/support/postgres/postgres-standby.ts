import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresProgram } from './postgres-cluster.js';
import { PostgresServer } from './postgres-server.js';
import { TcpProxy } from '../network/tcp-proxy.js';
import type { SystemUser } from '../process/unprivileged-user.js';
import { waitFor } from '../wait-for.js';

const run = promisify(execFile);

const CAUGHT_UP = 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS caught_up';

/** A hot standby that streams from a primary by way of a link that a test can stall. */
export class PostgresStandby {
  private constructor(
    readonly server: PostgresServer,
    private readonly primary: PostgresServer,
    private readonly link: TcpProxy,
  ) {}

  /** Copies the primary, starts the copy as its standby and waits until it has all that the primary has. */
  static async of(primary: PostgresServer): Promise<PostgresStandby> {
    const link = await TcpProxy.start({ port: primary.port });
    const createData = (dir: string, user: SystemUser | undefined) => copyCluster(link.port, dir, user);
    const standby = new PostgresStandby(
      await PostgresServer.start({ durability: 'process', createData }),
      primary,
      link,
    );
    await standby.caughtUp();
    return standby;
  }

  /** Waits until it has replayed all that the primary has committed now. */
  async caughtUp(): Promise<void> {
    const [position] = await this.primary.query<{ lsn: string }>(
      'SELECT pg_current_wal_flush_lsn()::text AS lsn',
    );
    const hasReplayed = async () => {
      const [row] = await this.server.query<{ caught_up: boolean }>(CAUGHT_UP, [position?.lsn]);
      return row?.caught_up;
    };
    await waitFor(hasReplayed, { what: 'the standby to replay what the primary has' });
  }

  /** It goes on to answer reads, with what it has replayed by now. */
  async pauseReplay(): Promise<void> {
    await this.server.query('SELECT pg_wal_replay_pause()');
    const isPaused = async () => {
      const [row] = await this.server.query<{ paused: boolean }>(
        'SELECT pg_is_wal_replay_paused() AS paused',
      );
      return row?.paused;
    };
    await waitFor(isPaused, { what: 'the standby to pause its replay' });
  }

  async resumeReplay(): Promise<void> {
    await this.server.query('SELECT pg_wal_replay_resume()');
  }

  /** Nothing that the primary commits from now on reaches it. */
  async stallReplication(): Promise<void> {
    await this.link.blackhole();
  }

  /** Makes it a primary of its own, on a new timeline, with what it has. Returns when it takes writes. */
  async promote(): Promise<void> {
    await this.link.cut();
    await this.server.query('SELECT pg_promote(true, 10)');
    const takesWrites = async () => {
      const [row] = await this.server.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
      return row?.standby === false;
    };
    await waitFor(takesWrites, { what: 'the standby to take writes' });
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.link.close();
  }
}

async function copyCluster(port: number, dir: string, user: SystemUser | undefined): Promise<string> {
  if (user) await chown(dir, user.uid, user.gid);
  const data = join(dir, 'data');
  const source = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres'];
  const options = [
    '-D',
    data,
    '--write-recovery-conf',
    '--checkpoint=fast',
    '--wal-method=stream',
    '--no-sync',
  ];
  await run(await postgresProgram('pg_basebackup'), [...source, ...options], { ...user, cwd: dir });
  return data;
}
