import { parseNumber, parseOptions, parseServiceUrl, readCertificates } from '../service/arguments.js';
import { UsageError } from '../service/usage-error.js';

export const USAGE = `Usage: ergodrive doctor --url URL [options] (here: npm run doctor -- --url URL)

Examines a running deployment as its clients use it: registers an account under example.com, logs in, refreshes, logs out, and
checks that every instance refuses what was revoked. Documentation: docs/doctor.md

  --url URL             where clients reach the service
  --instance URL        one instance behind it; once for each instance
  --management URL      the management port of an instance, for what clients do not see: the mails
  --admin-email EMAIL   an admin, for role changes and the deactivation; the password is in DOCTOR_ADMIN_PASSWORD or asked for
  --grace-seconds N     REFRESH_GRACE_SECONDS of the service, 0 to 300 (10)
  --max-wait N          seconds to wait for rate limits of the service, all together, 0 to 3600 (60)
  --timeout N           deadline of each request in seconds, 1 to 300 (10)
  --ca FILE             certificates (PEM) of an authority that is accepted too
  --json                one JSON document instead of the table
  --help                this text

Exit codes: 0 every promise holds, 1 a promise does not hold, 2 wrong usage, 3 the deployment could not be examined.`;

export interface DoctorArguments {
  readonly url: URL;
  readonly instances: readonly URL[];
  readonly management: URL | undefined;
  readonly adminEmail: string | undefined;
  readonly graceSeconds: number;
  readonly maxWaitSeconds: number;
  readonly deadlineMs: number;
  readonly ca: string | undefined;
  readonly isJson: boolean;
}

/** @returns `undefined` when help is asked for @throws UsageError */
export function parseArguments(args: readonly string[]): DoctorArguments | undefined {
  const values = parseOptions({
    args: [...args],
    options: {
      url: { type: 'string' },
      instance: { type: 'string', multiple: true, default: [] },
      management: { type: 'string' },
      'admin-email': { type: 'string' },
      'grace-seconds': { type: 'string', default: '10' },
      'max-wait': { type: 'string', default: '60' },
      timeout: { type: 'string', default: '10' },
      ca: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const adminEmail = values['admin-email'];
  if (adminEmail === '') throw new UsageError('--admin-email must not be empty');
  return {
    url: parseServiceUrl('url', values.url),
    instances: values.instance.map((url) => parseServiceUrl('instance', url)),
    management:
      values.management === undefined ? undefined : parseServiceUrl('management', values.management),
    adminEmail,
    graceSeconds: parseNumber('grace-seconds', values['grace-seconds'], 0, 300),
    maxWaitSeconds: parseNumber('max-wait', values['max-wait'], 0, 3600),
    deadlineMs: parseNumber('timeout', values.timeout, 1, 300) * 1000,
    ca: readCertificates(values.ca),
    isJson: values.json,
  };
}
