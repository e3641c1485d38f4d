import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { createVerifier, type Verifier } from '../../../packages/verifier/src/index.js';
import { sql } from '../../support/postgres/sql.js';
import { waitFor } from '../../support/wait-for.js';
import type { ServicesDeployment } from '../deployment/services-deployment.js';
import type { TestSession } from '../load/population.js';
import { burnIds, burnIdsUpTo, loseIds } from './transaction-ids.js';

const VERIFIERS = 12;
const SESSIONS = 7;
const BOUND_MS = 1000;
/** How long the tokens are presented after the bound. */
const PRESENTED_MS = 2500;
const BETWEEN_MS = 20;
const COUNT = `
  INSERT INTO limit_counts VALUES ('fault test', 1, now() + interval '1 minute')
  ON CONFLICT (key) DO UPDATE SET count = limit_counts.count + 1`;
const END_SESSIONS = `
  UPDATE sessions SET revoked_at = now(), revoke_reason = 'revoked_by_admin' WHERE id = ANY($1::uuid[])`;

/**
 * When one backend is killed, as by the kernel without memory, PostgreSQL ends all of them and recovers; the postmaster goes on.
 * Ids of transactions that were not flushed are given out again. Many services follow the feed meanwhile, so that the cursors of
 * some show these ids. None of them may take sessions that end by SQL for live.
 */
export async function killBackend(deployment: ServicesDeployment): Promise<void> {
  const { postgres, database, databaseLink, issuer, credentials } = deployment;
  const { id: clientId, secret: clientSecret } = credentials;
  const sessions = await deployment.openSessions(SESSIONS);
  const options = { issuer, clientId, clientSecret, onError: () => undefined };
  const verifiers = await Promise.all(Array.from({ length: VERIFIERS }, () => createVerifier(options)));
  try {
    await waitFor(() => verifiers.every((verifier) => verifier.status().fresh), {
      what: 'the verifiers to follow',
    });
    await expectAllAccepted(verifiers, sessions);
    const before = await loseIds(deployment, {
      giveOut: () => giveOutIds(deployment, verifiers),
      crash: async () => {
        await databaseLink.cut();
        await killOneBackend(deployment);
      },
      goOn: async () => {
        await databaseLink.pass();
        await deployment.recovered();
      },
    });
    await sql(database.url, END_SESSIONS, [sessions.map(({ id }) => id)]);
    const endedAt = performance.now();
    // Before the auth service is back, the ids that cursors show have all been given out again.
    await burnIdsUpTo(postgres, before);
    await databaseLink.pass();
    await deployment.recovered();
    expect(await acceptancesAfter(verifiers, sessions, endedAt + BOUND_MS)).toEqual([]);
  } finally {
    await databaseLink.pass();
    await Promise.all(verifiers.map((verifier) => verifier.close()));
  }
}

/** Steady statements on an unlogged table, and ids without a commit, until every verifier has read the log since. */
async function giveOutIds(
  { postgres, database }: ServicesDeployment,
  verifiers: readonly Verifier[],
): Promise<void> {
  for (let count = 0; count < 50; count++) await sql(database.url, COUNT);
  await burnIds(postgres);
  const burntAt = performance.now();
  const hasReadSince = (verifier: Verifier) => {
    const { stalenessMs } = verifier.status();
    return stalenessMs !== null && stalenessMs < performance.now() - burntAt;
  };
  await waitFor(() => verifiers.every(hasReadSince), {
    what: 'every verifier to read the feed',
    intervalMs: 2,
  });
}

/** Kills a backend of this process, and waits until PostgreSQL has recovered. */
async function killOneBackend({ postgres }: ServicesDeployment): Promise<void> {
  const client = new Client({ connectionString: postgres.url() });
  const ended = new Promise((resolve) => client.once('error', resolve));
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  process.kill(rows[0]!.pid, 'SIGKILL');
  await ended;
  await waitFor(async () => (await postgres.query('SELECT 1')).length === 1, {
    what: 'PostgreSQL to recover',
  });
}

async function expectAllAccepted(
  verifiers: readonly Verifier[],
  sessions: readonly TestSession[],
): Promise<void> {
  for (const verifier of verifiers)
    for (const { access } of sessions) expect((await verifier.verify(access)).sub).not.toBe('');
}

/** Presents all tokens to all verifiers. @returns which were accepted after the time, and how often */
async function acceptancesAfter(
  verifiers: readonly Verifier[],
  sessions: readonly TestSession[],
  from: number,
): Promise<string[]> {
  const accepted = new Map<string, number>();
  const present = async (number: number, index: number) => {
    const startedAt = performance.now();
    await verifiers[number]!.verify(sessions[index]!.access);
    const name = `verifier ${number}, session ${index}`;
    if (startedAt > from) accepted.set(name, (accepted.get(name) ?? 0) + 1);
  };
  const pairs = verifiers.flatMap((_, number) => sessions.map((__, index) => [number, index] as const));
  const until = Math.max(performance.now(), from) + PRESENTED_MS;
  while (performance.now() < until) {
    await Promise.allSettled(pairs.map(([number, index]) => present(number, index)));
    await pause(BETWEEN_MS);
  }
  return [...accepted].map(([name, count]) => `${name}: ${count} times`);
}
