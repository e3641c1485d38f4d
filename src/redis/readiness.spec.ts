import { Logger } from '@nestjs/common';
import { Readiness } from './readiness.js';

describe('Readiness', () => {
  let lines: string[];
  let readiness: Readiness;
  beforeEach(() => {
    lines = [];
    const write = (message: unknown) => void lines.push(String(message));
    Logger.overrideLogger({ log: write, warn: write, error: write });
    readiness = new Readiness('Redis');
  });
  afterAll(() => Logger.overrideLogger(false));

  it('begins down', () => {
    expect(readiness).toMatchObject({ state: 'down', isReady: false, reason: 'not connected yet' });
    expect(readiness.transitions).toEqual({ trusted: 0, replaying: 0, down: 0 });
  });

  it('is ready only when the log was replayed', () => {
    readiness.change('replaying');
    expect(readiness.isReady).toBe(false);
    readiness.change('trusted');
    expect(readiness).toMatchObject({ state: 'trusted', isReady: true, reason: '' });
    readiness.change('down', 'no answer');
    expect(readiness).toMatchObject({ state: 'down', isReady: false, reason: 'no answer' });
  });

  it('states a reason while a part is not used', () => {
    readiness.change('trusted', 'not every shard is used');
    expect(readiness).toMatchObject({ isReady: true, reason: 'not every shard is used' });
    readiness.change('trusted');
    expect(readiness).toMatchObject({ isReady: true, reason: '' });
  });

  it('writes one line for each change, however often the same state is set', () => {
    for (let attempt = 0; attempt < 3; attempt++) readiness.change('down', 'no answer');
    readiness.change('replaying');
    readiness.change('trusted');
    readiness.change('trusted');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('no answer');
    expect(lines.every((line) => line.startsWith('Redis '))).toBe(true);
    expect(readiness.transitions).toEqual({ trusted: 1, replaying: 1, down: 1 });
  });

  it('keeps the latest reason while it is down', () => {
    readiness.change('down', 'first');
    readiness.change('down', 'second');
    expect(readiness.reason).toBe('second');
  });

  it('writes each reason of an outage once, and ten at most', () => {
    for (let round = 0; round < 2; round++)
      for (const reason of ['refused', 'wrong password']) readiness.change('down', reason);
    expect(lines).toEqual([
      'Redis is not used: refused. PostgreSQL answers instead',
      'Redis is still not used: wrong password',
    ]);
    for (let number = 0; number < 100; number++) readiness.change('down', `reason ${number}`);
    expect(lines).toHaveLength(10);
    readiness.change('trusted');
    readiness.change('down', 'refused');
    expect(lines).toHaveLength(12);
  });
});
