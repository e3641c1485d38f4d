import { parseNumber, parseOptions, parseServiceUrl, readCertificates } from '../service/arguments.js';
import { UsageError } from '../service/usage-error.js';

export const USAGE = `Usage: ergodrive load --url URL [options] (here: npm run load -- --url URL)

Registers users under example.com, logs them in, reads GET /api/v1/users/me with their access tokens, logs them out, and checks
that every token is then refused. Documentation: docs/doctor.md#npm-run-load

  --url URL             where clients reach the service
  --users N             users, each with one request at a time, 1 to 1000 (10)
  --seconds N           how long requests are sent, 1 to 600 (10)
  --rate N              requests a second in all, 1 to 50000; without it, a user sends the next request after each answer
  --confirm-host HOST   the host of --url once more; required unless that is this machine
  --max-wait N          seconds to wait for rate limits of the service, all together, 0 to 3600 (60)
  --timeout N           deadline of each request in seconds, 1 to 300 (10)
  --ca FILE             certificates (PEM) of an authority that is accepted too
  --help                this text

Exit codes: 0 every answer is right, 1 one is not, 2 wrong usage, 3 the load could not be sent.`;

/** `URL` has normalised the address. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export interface LoadArguments {
  readonly url: URL;
  readonly users: number;
  readonly seconds: number;
  /** Requests a second, all users together. */
  readonly rate: number | undefined;
  readonly maxWaitSeconds: number;
  readonly deadlineMs: number;
  readonly ca: string | undefined;
}

/** @returns `undefined` when help is asked for @throws UsageError */
export function parseArguments(args: readonly string[]): LoadArguments | undefined {
  const values = parseOptions({
    args: [...args],
    options: {
      url: { type: 'string' },
      users: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '10' },
      rate: { type: 'string' },
      'confirm-host': { type: 'string' },
      'max-wait': { type: 'string', default: '60' },
      timeout: { type: 'string', default: '10' },
      ca: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const url = parseServiceUrl('url', values.url);
  demandConsent(url, values['confirm-host']);
  return {
    url,
    users: parseNumber('users', values.users, 1, 1000),
    seconds: parseNumber('seconds', values.seconds, 1, 600),
    rate: values.rate === undefined ? undefined : parseNumber('rate', values.rate, 1, 50_000),
    maxWaitSeconds: parseNumber('max-wait', values['max-wait'], 0, 3600),
    deadlineMs: parseNumber('timeout', values.timeout, 1, 300) * 1000,
    ca: readCertificates(values.ca),
  };
}

/** A load on the service of somebody else is an attack. A repeated name is not written by accident, as a flag is. */
function demandConsent({ hostname }: URL, confirmed: string | undefined): void {
  if (LOOPBACK.test(hostname) || confirmed === hostname) return;
  throw new UsageError(
    `${hostname} is not this machine: add --confirm-host ${hostname} if you may send it this load`,
  );
}
