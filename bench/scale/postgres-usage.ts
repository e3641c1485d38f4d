import { readFile, readdir } from 'node:fs/promises';
import type pg from 'pg';

const TICK_MS = 10;

/** Processor time of PostgreSQL's processes since their start, milliseconds. */
export interface PostgresUsage {
  /** By process. A process that ends is missing from then on. */
  readonly processes: ReadonlyMap<number, { readonly group: ProcessGroup; readonly cpuMs: number }>;
  /** Of processes that have ended. */
  readonly endedCpuMs: number;
}

/** Connections of followers, connections of requests and background tasks, and PostgreSQL's own processes. */
export type ProcessGroup = 'followers' | 'requests' | 'server';

/**
 * Reads the usage of a PostgreSQL on this machine (Linux), without that of the connection that asks.
 * @param client whose application name is `bench`
 */
export async function readPostgresUsage(client: pg.Client, postmaster: number): Promise<PostgresUsage> {
  const { rows } = await client.query<{ pid: number; name: string }>(
    `SELECT pid, application_name AS name FROM pg_stat_activity WHERE backend_type = 'client backend'`,
  );
  const names = new Map(rows.map(({ pid, name }) => [pid, name]));
  const endedCpuMs = await endedCpuMsOf(postmaster);
  const processes = new Map<number, { group: ProcessGroup; cpuMs: number }>();
  for (const pid of await childrenOf(postmaster)) {
    const name = names.get(pid);
    if (name === 'bench') continue;
    const group = name === undefined ? 'server' : name.endsWith('-follower') ? 'followers' : 'requests';
    processes.set(pid, { group, cpuMs: await cpuMsOf(pid) });
  }
  return { processes, endedCpuMs };
}

/** Processor time between two readings, milliseconds. That of processes which ended between them counts as `requests`. */
export function postgresCpuMs(before: PostgresUsage, after: PostgresUsage): Record<ProcessGroup, number> {
  const used: Record<ProcessGroup, number> = { followers: 0, requests: 0, server: 0 };
  for (const [pid, { group, cpuMs }] of after.processes)
    used[group] += cpuMs - (before.processes.get(pid)?.cpuMs ?? 0);
  let known = 0;
  for (const [pid, { cpuMs }] of before.processes) if (!after.processes.has(pid)) known += cpuMs;
  used.requests += Math.max(0, after.endedCpuMs - before.endedCpuMs - known);
  return used;
}

/** Processor time of the main thread, milliseconds; 0 for a process that has ended. */
export async function cpuMsOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '0');
  return Number(text.split(' ')[0]) / 1e6;
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const texts = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8')),
  );
  return texts.join(' ').split(' ').filter(Boolean).map(Number);
}

/** Processor time of children that have ended, fields 16 and 17 of proc(5). */
async function endedCpuMsOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}
