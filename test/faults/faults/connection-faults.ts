import type { Deployment } from '../deployment/deployment.js';
import type { Fault } from '../run-fault.js';

const LENGTH_MS = 2500;
const TERMINATE = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app' AND application_name LIKE $1`;

/** PostgreSQL takes no more connections (SQLSTATE 53300). */
export const CONNECTION_FAULTS: readonly Fault<Deployment>[] = [
  {
    name: 'no PostgreSQL connection left for the followers',
    allows: ['unavailable'],
    run: (context) => exhaust(context, '%-follower', 1),
  },
  {
    name: 'few PostgreSQL connections left for the instances',
    allows: ['unavailable'],
    run: (context) => exhaust(context, '%', 4),
  },
];

/** Limits the connections of the instances' role, and ends those whose name is like this. */
async function exhaust(
  { deployment, load }: Parameters<Fault<Deployment>['run']>[0],
  name: string,
  limit: number,
): Promise<number> {
  const { postgres } = deployment;
  await postgres.query(`ALTER ROLE app CONNECTION LIMIT ${limit}`);
  try {
    await postgres.query(TERMINATE, [name]);
    await load.continueFor(LENGTH_MS);
  } finally {
    await postgres.query('ALTER ROLE app CONNECTION LIMIT -1');
  }
  return performance.now();
}
