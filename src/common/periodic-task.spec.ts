import { Logger } from '@nestjs/common';
import { PeriodicTask } from './periodic-task.js';

const INTERVAL_MS = 1000;
const LONGEST_MS = 1050;

describe('PeriodicTask', () => {
  let logged: { level: string; message: string }[];
  beforeEach(() => {
    jest.useFakeTimers();
    logged = [];
    const note = (level: string) => (message: unknown) => {
      logged.push({ level, message: String(message) });
    };
    jest.spyOn(Logger.prototype, 'log').mockImplementation(note('log'));
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(note('warn'));
    jest.spyOn(Logger.prototype, 'error').mockImplementation(note('error'));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  /** Starts a task that gets its outcome for each turn; waits until it has run that often. */
  async function run(outcomes: (Error | undefined)[]): Promise<void> {
    let turns = 0;
    const task = new PeriodicTask('Sweeper', INTERVAL_MS, () => {
      const outcome = outcomes[turns++];
      return outcome === undefined ? Promise.resolve() : Promise.reject(outcome);
    });
    task.start();
    while (turns < outcomes.length) await jest.advanceTimersByTimeAsync(INTERVAL_MS / 10);
    await task.stop();
    const ended = turns;
    await jest.advanceTimersByTimeAsync(10 * LONGEST_MS);
    expect(turns).toBe(ended);
  }

  const OUTAGE = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });

  it('logs nothing while it succeeds', async () => {
    await run([undefined, undefined]);
    expect(logged).toEqual([]);
  });

  it('logs an outage of the database as a warning, with its reason', async () => {
    await run([OUTAGE]);
    expect(logged).toEqual([{ level: 'warn', message: expect.stringContaining(OUTAGE.message) }]);
  });

  it('logs any other failure as an error', async () => {
    await run([new Error('relation does not exist')]);
    expect(logged).toEqual([{ level: 'error', message: expect.stringContaining('relation does not exist') }]);
  });

  it('logs only the failures with the numbers 1, 2, 4, 8, ... of a series', async () => {
    await run(Array.from({ length: 20 }, () => OUTAGE));
    expect(logged.map(({ message }) => /\d+ failure/.exec(message)?.[0])).toEqual([
      '1 failure',
      '2 failure',
      '4 failure',
      '8 failure',
      '16 failure',
    ]);
  });

  it('logs that it succeeded after failures, once, and counts from one again', async () => {
    await run([OUTAGE, OUTAGE, OUTAGE, undefined, undefined, OUTAGE]);
    expect(logged.map(({ level }) => level)).toEqual(['warn', 'warn', 'log', 'warn']);
    expect(logged[2]?.message).toContain('3 failures');
    expect(logged[3]?.message).toContain('(1 failure)');
  });
});
