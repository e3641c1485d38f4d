import { EXIT } from '../service/arguments.js';
import { Progress } from '../service/progress.js';
import { RateLimit, RateLimitedError } from '../service/rate-limit.js';
import { runCommand } from '../service/run-command.js';
import { NoAnswerError, ServiceClient } from '../service/service-client.js';
import { type LoadArguments, parseArguments, USAGE } from './arguments.js';
import { sendLoad } from './load-run.js';
import { closedLoop, openLoop } from './pace.js';
import { Statistics } from './statistics.js';
import { figure, grouped, progressBar, summarise, summariseEnd } from './summary.js';
import { PreparationError, Users } from './users.js';

/** Between two lines of progress where there is no terminal, and between two changes of the line on one. */
const LINE_MS = 5000;
const CHANGE_MS = 200;

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return EXIT.ok;
  }
  const interruption = new AbortController();
  process.once('SIGINT', () => interruption.abort(new Error('interrupted')));
  const { deadlineMs, ca } = options;
  const client = new ServiceClient(options.url, { deadlineMs, ca });
  try {
    return await run(options, client, interruption.signal);
  } finally {
    client.close();
  }
}

/** Whatever happens after the first registration, the sessions are ended. */
async function run(options: LoadArguments, client: ServiceClient, signal: AbortSignal): Promise<number> {
  const progress = new Progress(process.stderr);
  const users = new Users(client, new RateLimit(options.maxWaitSeconds, progress, signal));
  const statistics = new Statistics();
  let code: number = EXIT.ok;
  try {
    await users.make(options.users, signal, () =>
      progress.show(`${progressBar(users.tokens.length / options.users)} ${users.tokens.length} users`),
    );
    await measure(options, client, users, statistics, progress, signal);
    if (!statistics.isClean) code = EXIT.broken;
  } catch (error) {
    if (!isExpected(error) && !signal.aborted) throw error;
    code = EXIT.unexamined;
    console.error(`the load could not be sent: ${(error as Error).message}`);
  } finally {
    progress.clear();
    const end = await users.end();
    summariseEnd(end, users).forEach((line) => console.log(line));
    if (end.accepted > 0) code = EXIT.broken;
  }
  return signal.aborted ? EXIT.interrupted : code;
}

async function measure(
  { users: count, seconds, rate }: LoadArguments,
  client: ServiceClient,
  users: Users,
  statistics: Statistics,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const startAt = performance.now();
  const endAt = startAt + seconds * 1000;
  const pace = rate === undefined ? closedLoop(endAt, signal) : openLoop(startAt, endAt, rate, signal);
  const speed = rate === undefined ? 'as fast as answers arrive' : `${grouped(rate)} requests a second`;
  progress.say(`${count} users send requests for ${seconds} s, ${speed}`);
  const report = setInterval(
    () => {
      const elapsedMs = performance.now() - startAt;
      const state = `${Math.round(elapsedMs / 1000)} of ${seconds} s, ${grouped(statistics.answers)} answers, p99 ${figure(statistics.percentile(99))} ms`;
      if (progress.isLive) progress.show(`${progressBar(elapsedMs / (seconds * 1000))} ${state}`);
      else progress.say(state);
    },
    progress.isLive ? CHANGE_MS : LINE_MS,
  );
  try {
    await sendLoad(client, users.tokens, pace, statistics);
  } finally {
    clearInterval(report);
    progress.clear();
  }
  summarise(statistics, performance.now() - startAt).forEach((line) => console.log(line));
  console.log();
}

const isExpected = (error: unknown) =>
  [NoAnswerError, RateLimitedError, PreparationError].some((expected) => error instanceof expected);

runCommand(main, USAGE);
