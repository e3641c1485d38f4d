import { Logger } from '@nestjs/common';
import { AppLogger, isoTime } from './app.logger.js';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl';
const lines: string[] = [];

function loggerAt(level: 'info' | 'error' = 'info'): AppLogger {
  return new AppLogger({ level, isJson: true }, { write: (line) => void lines.push(line) });
}
const parsed = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('AppLogger', () => {
  beforeEach(() => void lines.splice(0));
  afterAll(() => Logger.overrideLogger(false));

  it('writes one JSON line with level, time, process, context and message', () => {
    loggerAt().warn('Redis is not used', 'Cache');
    expect(parsed()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        pid: process.pid,
        context: 'Cache',
        msg: 'Redis is not used',
      },
    ]);
  });

  it('keeps line breaks of a message within its line', () => {
    loggerAt().warn('a\n{"level":"error"}', 'Work');
    loggerAt().warn({ msg: 'a\r\nb', path: '/\n' }, 'Work');
    expect(lines.every((line) => line.trimEnd().split(/[\r\n]/).length === 1)).toBe(true);
    expect(parsed().map(({ msg }) => msg)).toEqual(['a\n{"level":"error"}', 'a\r\nb']);
  });

  it('writes no line below its level', () => {
    const logger = loggerAt('error');
    logger.log('a', 'Start');
    logger.warn('b', 'Start');
    logger.error('c', 'Start');
    expect(parsed()).toEqual([expect.objectContaining({ level: 'error', msg: 'c' })]);
  });

  it('leaves out what the framework says of its own assembly', () => {
    loggerAt().log('AppModule dependencies initialized', 'InstanceLoader');
    expect(lines).toEqual([]);
  });

  it('serves the loggers of NestJS, with stack and context', () => {
    Logger.overrideLogger(loggerAt());
    new Logger('Work').error('failed', 'Error: failed\n    at work.ts:1');
    expect(parsed()).toEqual([
      expect.objectContaining({ context: 'Work', msg: 'failed', stack: 'Error: failed\n    at work.ts:1' }),
    ]);
  });

  it.each([
    ...['authorization', 'cookie', 'set-cookie', 'password', 'new_password', 'access_token', 'refresh_token'],
  ])('redacts the member %s, on three levels', (name) => {
    const secret = { [name]: 'canary' };
    loggerAt().error({ msg: 'x', ...secret, headers: secret, request: { headers: secret } });
    expect(lines.join()).not.toContain('canary');
    expect(parsed()[0]).toMatchObject({ [name]: '[redacted]', headers: { [name]: '[redacted]' } });
  });

  it.each([
    ['a token', `token ${JWT} is bad`],
    ['a header', 'got Bearer canary.canary+/=='],
    ['a URL', 'connect postgresql://user:canary@db:5432/x'],
  ])('removes %s from messages, errors and stacks', (_, text) => {
    const logger = loggerAt();
    logger.log(text, 'Work');
    logger.log({ msg: text }, 'Work');
    logger.error(new Error(text), 'Work');
    logger.error({ msg: 'x', err: new Error(text) }, 'Work');
    logger.error('x', `Error: ${text}\n    at work.ts:1`, 'Work');
    expect(lines).toHaveLength(5);
    expect(lines.join()).not.toMatch(/canary|eyJ|c2lnbmF0dXJl/);
  });

  it('writes no other members of an error, such as the parameters of a statement', () => {
    const parameters = ['canary'];
    const members = { code: '42601', parameters, driverError: { parameters } };
    const error = Object.assign(new Error('refused'), members);
    loggerAt().error({ msg: 'x', err: error }, 'Work');
    expect(lines.join()).not.toContain('canary');
    expect(parsed()[0]).toMatchObject({ err: { type: 'Error', message: 'refused', code: '42601' } });
  });

  it('writes a logged value that is neither an error nor text', () => {
    const logger = loggerAt();
    logger.error({ msg: 'x', err: null }, 'Work');
    logger.error(undefined, 'Work');
    expect(parsed()).toEqual([
      expect.objectContaining({ err: { message: 'null' } }),
      expect.objectContaining({ msg: 'undefined' }),
    ]);
  });
});

describe('the time of a log line', () => {
  it.each([
    ['2026-11-29T05:06:07.008Z', '2026-11-29T05:06:07.080Z'],
    ['2026-11-29T05:06:07.999Z', '2026-11-29T05:06:08.000Z'],
    ['2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.001Z'],
    // The clock was set back.
    ['2026-11-29T05:06:08.000Z', '2026-11-29T05:06:07.999Z'],
  ])('is right also after a line of another time: %s, then %s', (...times) => {
    const timeOf = isoTime();
    expect(times.map((time) => timeOf(Date.parse(time)))).toEqual(times.map((time) => `,"time":"${time}"`));
  });
});
