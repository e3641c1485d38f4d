import type { TcpProxy } from '../../support/network/tcp-proxy.js';
import { PostgresStandby } from '../../support/postgres/postgres-standby.js';
import type { FaultPromise } from '../checker/promise.js';
import type { ServicesDeployment } from '../deployment/services-deployment.js';
import type { ServicesLoad } from '../load/services-load.js';
import { readRecord } from './read-record.js';

/** A service that takes tokens, and may answer 503 while nobody answers it. */
export type SilencedService = 'verifying' | 'introspecting';

/** Runs something while nobody answers these services: neither the feed nor introspection. */
export type Silence = (services: readonly SilencedService[], run: () => Promise<void>) => Promise<void>;

export interface ServicesFault {
  readonly name: string;
  /** Whether everybody's sessions end meanwhile; not where a loss could bring them back. */
  readonly endsEverybody?: boolean;
  /** Breaks something, lets the load go on, and repairs it. @param promise to be added to where data is lost */
  run(
    deployment: ServicesDeployment,
    load: ServicesLoad,
    silence: Silence,
    promise: FaultPromise,
  ): Promise<void>;
}

/** Longer than the bound, so that every service has to do without what is broken. */
const LASTS_MS = 2500;
const PAUSE_MS = 10_000;
/** The connections of the kit are reset when it is led elsewhere: what it asks by them stays without an answer. */
const RESET_MS = 100;
const SIGNED_ANEW = 200;
const FLUSHES = 12;
const BETWEEN_FLUSHES_MS = 150;
/** Longer than anybody goes by what was right before a loss: who is healthy then has noticed the loss, and is back. */
const NOTICED_MS = 1250;
const BOTH = ['verifying', 'introspecting'] as const;

interface Freezable {
  freeze(): void;
  thaw(): void;
}

async function frozen(load: ServicesLoad, service: Freezable): Promise<void> {
  service.freeze();
  await load.continueFor(LASTS_MS);
  service.thaw();
}

/**
 * Waits until what was lost is noticed, and the kit follows the feed. Until then the kit asks about every request, and an auth service
 * that has just started may take longer than the bounds of both services for so many questions.
 */
async function noticed(deployment: ServicesDeployment, load: ServicesLoad): Promise<void> {
  await load.continueFor(NOTICED_MS);
  await deployment.recovered();
}

async function broken(load: ServicesLoad, link: TcpProxy, how: 'cut' | 'blackhole'): Promise<void> {
  await link[how]();
  await load.continueFor(LASTS_MS);
  await link.pass();
}

/** What can happen to the auth service, to what it uses, to the network and to a service that takes its tokens. */
export const SERVICES_FAULTS: readonly ServicesFault[] = [
  { name: 'no fault', endsEverybody: true, run: async () => undefined },
  {
    name: 'Redis flushed, again and again',
    endsEverybody: true,
    run: async ({ redis }, load) => {
      for (let round = 0; round < FLUSHES; round++) {
        await redis.cli('FLUSHALL');
        await load.continueFor(BETWEEN_FLUSHES_MS);
      }
    },
  },
  { name: 'Redis frozen', run: ({ redis }, load) => frozen(load, redis) },
  {
    name: 'connections of the kit cut',
    endsEverybody: true,
    run: ({ link }, load, silence) => silence(['verifying'], () => broken(load, link, 'cut')),
  },
  {
    name: 'connections of the kit black-holed',
    run: ({ link }, load, silence) => silence(['verifying'], () => broken(load, link, 'blackhole')),
  },
  {
    // A request for introspection can be sent on a connection that has polled before.
    name: 'connection of the feed alone black-holed',
    run: ({ feedLink }, load, silence) => silence(['verifying'], () => broken(load, feedLink, 'blackhole')),
  },
  {
    name: 'auth service stopped (SIGSTOP)',
    endsEverybody: true,
    run: ({ auth }, load, silence) =>
      silence(BOTH, async () => {
        await frozen(load, auth.app);
        await auth.recovered();
      }),
  },
  {
    name: 'auth service killed (SIGKILL) and restarted',
    run: (deployment, load, silence) =>
      silence(BOTH, async () => {
        await deployment.auth.app.kill9();
        await load.continueFor(LASTS_MS / 2);
        await deployment.restartAuth();
        await noticed(deployment, load);
      }),
  },
  {
    name: 'instance of the auth service killed (SIGKILL), and another one in its place',
    run: async (deployment, load, silence) => {
      const { auth, reserve } = deployment;
      await silence(['introspecting'], async () => {
        await silence(['verifying'], async () => {
          await auth.app.kill9();
          await load.continueFor(LASTS_MS / 2);
          deployment.leadKitTo(reserve);
          await load.continueFor(RESET_MS);
        });
        await load.continueFor(LASTS_MS);
        await deployment.restartAuth();
        await auth.recovered();
      });
      await silence(['verifying'], async () => {
        deployment.leadKitTo(auth);
        await noticed(deployment, load);
      });
    },
  },
  {
    name: 'PostgreSQL frozen',
    endsEverybody: true,
    run: ({ postgres, auth }, load, silence) =>
      silence(BOTH, async () => {
        await frozen(load, postgres);
        await auth.recovered();
      }),
  },
  {
    name: 'PostgreSQL restarted',
    run: (deployment, load, silence) =>
      silence(BOTH, async () => {
        await deployment.postgres.restart();
        await noticed(deployment, load);
      }),
  },
  {
    name: 'PostgreSQL killed (SIGKILL) and restarted',
    run: (deployment, load, silence) =>
      silence(BOTH, async () => {
        await deployment.postgres.kill9();
        await load.continueFor(LASTS_MS / 2);
        await deployment.postgres.restart();
        await noticed(deployment, load);
      }),
  },
  {
    name: 'failover to a standby that lacks the last changes',
    run: async (deployment, load, silence, promise) => {
      const old = deployment.postgres;
      const standby = await PostgresStandby.of(old);
      await standby.stallReplication();
      const from = performance.now();
      await load.continueFor(LASTS_MS / 2);
      const undoneFrom = performance.now();
      await silence(BOTH, async () => {
        await old.kill9();
        await standby.promote();
        deployment.moveTo(standby.server);
        const record = await readRecord(deployment.database.url);
        promise.lost.push({ from, to: performance.now(), undoneFrom, record });
        await noticed(deployment, load);
      });
      await old.stop();
    },
  },
  {
    name: 'service with the kit stopped for 10 s (SIGSTOP)',
    run: async (deployment, load, silence) => {
      const { app } = deployment.verifying;
      // What it asks for a request at this moment is overdue when it goes on, before the answer is read.
      await silence(['verifying'], async () => app.freeze());
      await load.continueFor(PAUSE_MS);
      // It asks about all the requests of the pause at once: until it follows the feed, answers may come later than the bound.
      await silence(['verifying'], async () => {
        app.thaw();
        await deployment.recovered();
      });
    },
  },
  {
    name: 'keys rotated',
    run: async (deployment, load, silence) => {
      await silence(BOTH, async () => {
        await deployment.rotateKeys();
        await noticed(deployment, load);
      });
      load.add(await deployment.openSessions(SIGNED_ANEW));
    },
  },
];
