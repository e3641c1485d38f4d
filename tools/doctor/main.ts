import { EXIT } from '../service/arguments.js';
import { Progress } from '../service/progress.js';
import { RateLimit } from '../service/rate-limit.js';
import { runCommand } from '../service/run-command.js';
import { ServiceClient } from '../service/service-client.js';
import { type DoctorArguments, parseArguments, USAGE } from './arguments.js';
import { cleanUp } from './clean-up.js';
import { examine, InterruptedError } from './doctor.js';
import { Examination, type ExaminationOptions, type Instance } from './examination.js';
import { askForPassword } from './password-prompt.js';
import type { Report } from './report.js';
import { Table } from './table.js';

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return EXIT.ok;
  }
  const admin = await adminOf(options);
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort(new InterruptedError('interrupted')));
  return runDoctor(options, admin, interruption.signal);
}

/** The password is never an argument: other users of the machine see the arguments of a process. */
async function adminOf({ adminEmail: email }: DoctorArguments): Promise<ExaminationOptions['admin']> {
  if (email === undefined) return undefined;
  const given = process.env['DOCTOR_ADMIN_PASSWORD'];
  return { email, password: given !== undefined && given !== '' ? given : await askForPassword(email) };
}

async function runDoctor(
  options: DoctorArguments,
  admin: ExaminationOptions['admin'],
  signal: AbortSignal,
): Promise<number> {
  const startedAt = new Date();
  const progress = new Progress(process.stderr);
  const rateLimit = new RateLimit(options.maxWaitSeconds, progress, signal);
  const instances = instancesOf(options);
  const names = instances.map(({ name }) => name);
  const table = new Table(names, process.stdout.isTTY && process.env['NO_COLOR'] === undefined);
  const print = (line: string) => {
    if (!options.isJson) console.log(line);
  };
  const { graceSeconds } = options;
  const management = managementOf(options);
  const examination = new Examination({
    instances,
    management,
    admin,
    graceSeconds,
    rateLimit,
    progress,
    signal,
  });
  print(table.head());
  const outcome = await examine(examination, (row) => print(table.row(row)));
  const left = await cleanUp(examination);
  for (const { client } of instances) client.close();
  management?.close();
  const report: Report = {
    version: 1,
    url: options.url.href,
    instances: names,
    started_at: startedAt.toISOString(),
    duration_ms: Date.now() - startedAt.getTime(),
    ...outcome,
    waits: rateLimit.waits,
    left,
  };
  table.end(report).forEach(print);
  if (options.isJson) console.log(JSON.stringify(report, undefined, 2));
  return report.exit_code;
}

/** `--url` is one more place to ask: behind a balancer it is any instance. */
function instancesOf({ url, instances, deadlineMs, ca }: DoctorArguments): [Instance, ...Instance[]] {
  const instanceOf = (address: URL): Instance => ({
    name: address.href.replace(/\/+$/, ''),
    client: new ServiceClient(address, { deadlineMs, ca }),
  });
  const others = instances.filter(({ href }) => href !== url.href);
  return [instanceOf(url), ...others.map(instanceOf)];
}

function managementOf({ management, deadlineMs, ca }: DoctorArguments): ServiceClient | undefined {
  return management && new ServiceClient(management, { deadlineMs, ca });
}

runCommand(main, USAGE);
