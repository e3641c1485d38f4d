import { Client } from 'pg';
import { residentBytes } from '../../support/process/process-memory.js';
import { waitFor } from '../../support/wait-for.js';
import type { Deployment } from '../deployment/deployment.js';
import type { TestSession } from '../load/population.js';
import { SQL_BOUND_MS } from '../checker/promise.js';
import type { Fault, FaultContext } from '../run-fault.js';

const SAMPLE_MS = 100;
/** How much more memory an instance may take from the commit on, whatever the size of the change. */
const MEMORY_BOUND_BYTES = 80 * 1024 * 1024;
const AFTERWARDS_MS = 1500;
/** For the answers of a busy machine, beside the promised time. */
const ANSWERS_MS = 1000;
/** So many connections may follow the log for an instance meanwhile, as a stall may cost one. A loop would make dozens. */
const MOST_CONNECTIONS = 4;

const INSERT_USERS = `
  INSERT INTO users (email, password_hash, full_name, role)
  SELECT 'bulk-' || n || '@example.org', 'none', 'Bulk', 'student' FROM generate_series(1, 1000) AS n`;
const INSERT_SESSIONS = `
  INSERT INTO sessions (id, user_id, refresh_jti, expires_at)
  SELECT gen_random_uuid(), u.id, gen_random_uuid(), now() + interval '7 days'
  FROM users u, generate_series(1, 300) WHERE u.email LIKE 'bulk-%'`;
const END_SESSIONS = `
  UPDATE sessions SET revoked_at = now(), revoke_reason = 'revoked_by_admin'
  WHERE revoked_at IS NULL AND user_id IN (SELECT id FROM users WHERE email LIKE 'bulk-%')`;
const logRows = (count: number) => `
  INSERT INTO invalidations (kind, user_id)
  SELECT 'user.updated', gen_random_uuid() FROM generate_series(1, ${count})`;
const SET_ROLE = 'UPDATE users SET role = $2 WHERE id = $1';
const FOLLOWERS = `
  SELECT pid || ' ' || backend_start AS connection FROM pg_stat_activity
  WHERE application_name LIKE '%-follower'`;

/** Transactions far larger than any that the API makes, while another writing transaction stays open. */
export const BULK_FAULTS: readonly Fault<Deployment>[] = [
  bulk('300,000 sessions ended in one transaction', END_SESSIONS),
  bulkOfLogRows(1_000_000),
];

/** Writes the accounts and sessions that are ended later. */
export async function insertBulk({ database }: Deployment): Promise<void> {
  await withClient(database.url, async (client) => {
    await client.query(INSERT_USERS);
    await client.query(INSERT_SESSIONS);
  });
}

/** One transaction that writes so many rows of the invalidation log. */
export function bulkOfLogRows(count: number): Fault<Deployment> {
  return bulk(`${count} rows of the invalidation log in one transaction`, logRows(count));
}

function bulk(name: string, statement: string): Fault<Deployment> {
  return {
    name,
    breaksNothing: true,
    run: async (context) => {
      const { deployment, newSession } = context;
      const held = await newSession();
      const memory = new Sampler(() => residentOf(deployment));
      const followers = new Sampler(() => followersOf(deployment));
      try {
        await followers.start();
        await besideOpenTransaction(context, held, { statement, beforeCommit: () => memory.start() });
        await context.load.continueFor(AFTERWARDS_MS);
      } finally {
        memory.stop();
        followers.stop();
      }
      const endedAt = performance.now();
      const growth = memory.samples.flatMap((each) => each.map((now, app) => now - memory.samples[0]![app]!));
      expect(Math.max(...growth)).toBeLessThan(MEMORY_BOUND_BYTES);
      const connections = new Set(followers.samples.flat());
      expect(connections.size).toBeLessThanOrEqual(MOST_CONNECTIONS * deployment.instances.length);
      return endedAt;
    },
  };
}

/** Runs a large statement while a transaction that has promoted a user stays open. */
async function besideOpenTransaction(
  context: FaultContext<Deployment>,
  held: TestSession,
  { statement, beforeCommit }: { statement: string; beforeCommit: () => Promise<void> },
): Promise<void> {
  const { url } = context.deployment.database;
  await withClient(url, async (open) => {
    await open.query('BEGIN');
    await open.query(SET_ROLE, [held.user.id, 'researcher']);
    await withClient(url, async (client) => {
      await client.query('BEGIN');
      await client.query(statement);
      await beforeCommit();
      await client.query('COMMIT');
    });
    await context.load.continueFor(AFTERWARDS_MS);
    await open.query('COMMIT');
    await expectRole(context, held, 'researcher');
  });
}

/** A change whose transaction was open all the time reaches every instance like any other. */
async function expectRole(
  { deployment }: FaultContext<Deployment>,
  { access: token }: TestSession,
  role: string,
): Promise<void> {
  const isKnown = async () => {
    const answers = await Promise.all(
      deployment.instances.map(({ client }) => client.get<{ role: string }>('/api/v1/users/me', { token })),
    );
    return answers.every(({ body }) => body.role === role);
  };
  await waitFor(isKnown, { what: 'every instance to know the role', timeoutMs: SQL_BOUND_MS + ANSWERS_MS });
}

async function withClient<T>(connectionString: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

const residentOf = ({ instances }: Deployment): Promise<number[]> =>
  Promise.all(instances.map(({ app }) => residentBytes(app.pid)));

async function followersOf({ postgres }: Deployment): Promise<string[]> {
  const rows = await postgres.query<{ connection: string }>(FOLLOWERS);
  return rows.map(({ connection }) => connection);
}

/** Measures something again and again. */
class Sampler<T> {
  readonly samples: T[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly measure: () => Promise<T>) {}

  /** Resolves after the first sample. */
  async start(): Promise<void> {
    await this.sample();
    this.timer = setInterval(() => void this.sample(), SAMPLE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async sample(): Promise<void> {
    this.samples.push(await this.measure());
  }
}
