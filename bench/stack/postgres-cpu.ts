import { readFile, readdir } from 'node:fs/promises';

/** Of proc(5), whose times are in these. */
const TICK_MS = 10;

/** Processor time that the processes of a PostgreSQL on this machine (Linux) have used since their start, milliseconds. */
export async function postgresCpuMs(postmaster: number): Promise<number> {
  const stat = await readFile(`/proc/${postmaster}/stat`, 'utf8');
  // Fields 16 and 17: the times of children that have ended.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ended = (Number(fields[13]) + Number(fields[14])) * TICK_MS;
  const tasks = await readdir(`/proc/${postmaster}/task`);
  const children = await Promise.all(
    tasks.map((task) => readFile(`/proc/${postmaster}/task/${task}/children`, 'utf8')),
  );
  const live = await Promise.all(children.join(' ').split(' ').filter(Boolean).map(cpuMsOf));
  return live.reduce((sum, ms) => sum + ms, ended);
}

/** 0 for a process that has ended. */
async function cpuMsOf(pid: string): Promise<number> {
  const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '0');
  return Number(text.split(' ')[0]) / 1e6;
}
