import type { TcpProxy } from '../../support/network/tcp-proxy.js';
import type { ServicesDeployment } from '../deployment/services-deployment.js';
import type { ServicesLoad } from '../load/services-load.js';

export interface ServicesFault {
  readonly name: string;
  /** Which services may answer 503 while it lasts. */
  readonly unavailable: readonly ('verifying' | 'introspecting')[];
  /** Breaks something, lets the load go on, and repairs it. */
  run(deployment: ServicesDeployment, load: ServicesLoad): Promise<void>;
}

/** Longer than the bound, so that every service has to do without what is broken. */
const LASTS_MS = 2500;
const PAUSE_MS = 10_000;
const SIGNED_ANEW = 200;
const FLUSHES = 12;
const BETWEEN_FLUSHES_MS = 150;

interface Freezable {
  freeze(): void;
  thaw(): void;
}

async function frozen(load: ServicesLoad, service: Freezable, lastsMs = LASTS_MS): Promise<void> {
  service.freeze();
  await load.continueFor(lastsMs);
  service.thaw();
}

async function broken(load: ServicesLoad, link: TcpProxy, how: 'cut' | 'blackhole'): Promise<void> {
  await link[how]();
  await load.continueFor(LASTS_MS);
  await link.pass();
}

/** What can happen to the auth service, to what it uses, to the network and to a service that takes its tokens. */
export const SERVICES_FAULTS: readonly ServicesFault[] = [
  { name: 'no fault', unavailable: [], run: async () => undefined },
  {
    name: 'Redis flushed, again and again',
    unavailable: [],
    run: async ({ redis }, load) => {
      for (let round = 0; round < FLUSHES; round++) {
        await redis.cli('FLUSHALL');
        await load.continueFor(BETWEEN_FLUSHES_MS);
      }
    },
  },
  { name: 'Redis frozen', unavailable: [], run: ({ redis }, load) => frozen(load, redis) },
  {
    name: 'connections of the kit cut',
    unavailable: ['verifying'],
    run: ({ link }, load) => broken(load, link, 'cut'),
  },
  {
    name: 'connections of the kit black-holed',
    unavailable: ['verifying'],
    run: ({ link }, load) => broken(load, link, 'blackhole'),
  },
  {
    // A request for introspection can be sent on a connection that has polled before.
    name: 'connection of the feed alone black-holed',
    unavailable: ['verifying'],
    run: ({ feedLink }, load) => broken(load, feedLink, 'blackhole'),
  },
  {
    name: 'auth service stopped (SIGSTOP)',
    unavailable: ['verifying', 'introspecting'],
    run: ({ auth }, load) => frozen(load, auth.app),
  },
  {
    name: 'auth service killed (SIGKILL) and restarted',
    unavailable: ['verifying', 'introspecting'],
    run: async (deployment, load) => {
      await deployment.auth.app.kill9();
      await load.continueFor(LASTS_MS / 2);
      await deployment.restartAuth();
    },
  },
  {
    name: 'PostgreSQL frozen',
    unavailable: ['verifying', 'introspecting'],
    run: ({ postgres }, load) => frozen(load, postgres),
  },
  {
    name: 'service with the kit stopped for 10 s (SIGSTOP)',
    unavailable: ['verifying'],
    run: ({ verifying }, load) => frozen(load, verifying.app, PAUSE_MS),
  },
  {
    name: 'keys rotated',
    unavailable: ['verifying', 'introspecting'],
    run: async (deployment, load) => {
      await deployment.rotateKeys();
      await deployment.recovered();
      load.add(await deployment.openSessions(SIGNED_ANEW));
    },
  },
];
