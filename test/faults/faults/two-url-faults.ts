import type { TcpProxy } from '../../support/network/tcp-proxy.js';
import type { PooledDeployment } from '../deployment/pooled-deployment.js';
import type { Fault } from '../run-fault.js';
import { revokeBySqlWhile } from './slow-postgres-faults.js';

type Disturbance = (link: TcpProxy) => Promise<void>;

const REFUSED: Disturbance = (link) => link.cut();
const DROPPED: Disturbance = (link) => link.blackhole();

/** Each of the two URLs lost, on every instance. */
export const TWO_URL_FAULTS: readonly Fault<PooledDeployment>[] = [
  directLost('refused', REFUSED),
  directLost('dropped', DROPPED),
  poolerLost('refused', REFUSED),
  poolerLost('dropped', DROPPED),
];

/** Requests reach PostgreSQL, so nothing is excused: an instance that cannot read the log asks PostgreSQL. */
function directLost(how: string, disturb: Disturbance): Fault<PooledDeployment> {
  return {
    name: `DATABASE_DIRECT_URL lost (${how}), the pooler works`,
    run: (context) => revokeBySqlWhile(context, context.deployment.directLinks, disturb),
  };
}

/** Requests that need the database get 503, and the log is followed. */
function poolerLost(how: string, disturb: Disturbance): Fault<PooledDeployment> {
  return {
    name: `DATABASE_URL lost (${how}), PostgreSQL reached directly`,
    allows: [{ allowance: 'unavailable', knowsChanges: true }],
    run: (context) => revokeBySqlWhile(context, context.deployment.poolerLinks, disturb),
  };
}
