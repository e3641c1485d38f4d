import { readFile, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { PostgresServer } from '../../test/support/postgres/postgres-server.js';
import { RedisServer } from '../../test/support/redis/redis-server.js';
import { massInsert } from '../population/mass-insert.js';
import { describeMachine } from '../report/machine.js';
import { measureDeletions } from './measure-deletions.js';
import { measureLog } from './measure-log.js';
import { type PointPlan, PointMeasurement } from './measure-points.js';
import { measureProcesses } from './measure-processes.js';
import type { MeasuredPoint, Measurement } from './measured.js';
import { replaceGenerated, writeScaleTables } from './report.js';

const MEASURED = new URL('measured.json', import.meta.url);
const PAGE = new URL('../../docs/scale.md', import.meta.url);
const FULL: readonly PointPlan[] = [1, 2, 5, 10, 25, 50, 100].map((instances) => ({
  instances,
  rates: instances > 10 ? [0, 10, 100] : [0, 10, 100, 300],
}));
const QUICK: readonly PointPlan[] = [
  { instances: 1, rates: [0, 20] },
  { instances: 3, rates: [0, 20, 100] },
];
const POSTGRES = ['max_connections=600', 'autovacuum=off', 'checkpoint_timeout=1h', 'max_wal_size=4GB'];
/** More than an instance looks at when it counts the entries of Redis. */
const CACHE_ENTRIES = 20_000;

type Measured = Pick<
  Measurement,
  'points' | 'pages' | 'logBytesPerRow' | 'pruneMicrosecondsPerRow' | 'machine'
>;

/**
 * `npm run bench:scale` measures and writes `docs/scale.md`. `-- --part points` (or `redis`, or `processes`) measures one part anew and
 * keeps the others, `-- --part none` only writes the page. `-- --quick` measures little and writes nothing.
 */
async function main(): Promise<void> {
  const options = { quick: { type: 'boolean', default: false }, part: { type: 'string' } } as const;
  const { quick, part } = parseArgs({ options }).values;
  const kept = quick || part === undefined ? undefined : await readMeasured();
  const measured = await measure(quick, kept, part);
  if (!quick) await writeFile(MEASURED, `${JSON.stringify(measured, null, 2)}\n`);
  // A quick run also writes the tables, which checks the model, but does not save them.
  const tables = writeScaleTables(measured);
  if (quick) return;
  await writeFile(PAGE, replaceGenerated(await readFile(PAGE, 'utf8'), tables));
}

/** @param kept an earlier measurement, of which only `part` is measured anew */
async function measure(quick: boolean, kept: Measurement | undefined, part?: string): Promise<Measurement> {
  const measures = (name: string) => kept === undefined || part === name;
  return {
    ...kept,
    ...(measures('points') ? await measureInstances(quick ? QUICK : FULL, quick ? 1 : 4) : {}),
    ...(measures('processes') ? { processRounds: await measureProcesses(quick ? 1 : 6) } : {}),
    ...(measures('redis') ? { redisMicrosecondsPerEntry: await measureDeletions() } : {}),
    ...(part === 'none' ? {} : { date: new Date().toISOString().slice(0, 10) }),
  } as Measurement;
}

async function readMeasured(): Promise<Measurement> {
  return JSON.parse(await readFile(MEASURED, 'utf8')) as Measurement;
}

async function measureInstances(plans: readonly PointPlan[], seconds: number): Promise<Measured> {
  const args = POSTGRES.flatMap((setting) => ['-c', setting]);
  const postgres = await PostgresServer.start({ durability: 'machine', args });
  const redis = await RedisServer.start();
  try {
    const { url } = await postgres.createDatabase();
    await massInsert(redis.port, cacheEntries());
    const measurement = await PointMeasurement.start(postgres, redis, url);
    const points: MeasuredPoint[] = [];
    try {
      for (const plan of plans) {
        points.push(...(await measurement.measure(plan, seconds)));
        console.log(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${plan.instances} instances`);
      }
    } finally {
      await measurement.stop();
    }
    const machine = (await describeMachine({ redis, postgres })).join('; ');
    return { points, machine, ...(await measureLog(url)) };
  } finally {
    await Promise.all([postgres.stop(), redis.stop()]);
  }
}

function* cacheEntries(): Generator<string[]> {
  const value = 'x'.repeat(400);
  for (let count = 0; count < CACHE_ENTRIES; count += 1) yield ['SET', `user:${randomUUID()}`, value];
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
