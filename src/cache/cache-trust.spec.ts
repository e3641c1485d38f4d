import { Logger } from '@nestjs/common';
import { CacheTrust } from './cache-trust.js';
import { Following } from './following.js';

describe('CacheTrust', () => {
  let lines: string[];
  let following: Following;
  let trust: CacheTrust;

  beforeEach(() => {
    lines = [];
    const write = (message: unknown) => void lines.push(String(message));
    Logger.overrideLogger({ log: write, warn: write, error: write });
    following = new Following();
    following.followForEver('a history');
    lines = [];
    trust = new CacheTrust('Redis', following);
  });
  afterAll(() => Logger.overrideLogger(false));

  it('begins without trust', () => {
    expect(trust).toMatchObject({ state: 'down', isTrusted: false, reason: 'not connected yet' });
    expect(trust.transitions).toEqual({ trusted: 0, replaying: 0, down: 0 });
  });

  it('trusts only what was replayed', () => {
    trust.change('replaying');
    expect(trust.isTrusted).toBe(false);
    trust.change('trusted');
    expect(trust).toMatchObject({ state: 'trusted', isTrusted: true, reason: '' });
    trust.change('down', 'no answer');
    expect(trust).toMatchObject({ state: 'down', isTrusted: false, reason: 'no answer' });
  });

  it('is not complete while it states a reason', () => {
    trust.change('trusted', 'not every shard is used');
    expect(trust).toMatchObject({ isTrusted: true, isComplete: false, reason: 'not every shard is used' });
    trust.change('trusted');
    expect(trust).toMatchObject({ isTrusted: true, isComplete: true, reason: '' });
  });

  it('writes one line for each change, however often the same state is set', () => {
    for (let attempt = 0; attempt < 3; attempt++) trust.change('down', 'no answer');
    trust.change('replaying');
    trust.change('trusted');
    trust.change('trusted');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('no answer');
    expect(lines.every((line) => line.startsWith('Redis '))).toBe(true);
    expect(trust.transitions).toEqual({ trusted: 1, replaying: 1, down: 1 });
  });

  it('keeps the latest reason while it is down', () => {
    trust.change('down', 'first');
    trust.change('down', 'second');
    expect(trust.reason).toBe('second');
  });

  it('writes each reason of an outage once, and ten at most', () => {
    for (let round = 0; round < 2; round++)
      for (const reason of ['refused', 'wrong password']) trust.change('down', reason);
    expect(lines).toEqual([
      'Redis is not used: refused. PostgreSQL answers instead',
      'Redis is still not used: wrong password',
    ]);
    for (let number = 0; number < 100; number++) trust.change('down', `reason ${number}`);
    expect(lines).toHaveLength(10);
    trust.change('trusted');
    trust.change('down', 'refused');
    expect(lines).toHaveLength(12);
  });
});
