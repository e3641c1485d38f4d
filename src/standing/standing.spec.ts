import { Logger } from '@nestjs/common';
import { ACCEPTANCE_MS } from '../common/acceptance.js';
import { Standing } from './standing.js';

const START = new Date('2026-11-24T12:00:00Z');

describe('Standing', () => {
  let standing: Standing;
  beforeEach(() => {
    Logger.overrideLogger(false);
    jest.useFakeTimers({ now: START });
    standing = new Standing();
  });
  afterEach(() => jest.useRealTimers());

  const follow = (history = 'one') => {
    standing.adopt(history);
    standing.follow(history, performance.now());
  };
  const rights = () => [standing.permit().mayRead, standing.permit().mayWrite];
  const isAccepted = (entry: { history: string; readAt: number }) => {
    const { history, floorMs } = standing.permit();
    return entry.history === history && entry.readAt >= floorMs;
  };

  it('accepts and writes nothing before the log was read', () => {
    expect(rights()).toEqual([false, false]);
    standing.lose('connection refused');
    expect(standing.state).toBe('starting');
    expect(rights()).toEqual([false, false]);
  });

  it('accepts and writes for a limited time after the begin of a read', () => {
    follow();
    expect(rights()).toEqual([true, true]);
    jest.advanceTimersByTime(ACCEPTANCE_MS - 1);
    expect(rights()).toEqual([true, true]);
    jest.advanceTimersByTime(1);
    expect(rights()).toEqual([false, false]);
    expect(standing.reason).not.toBe('');
  });

  it('accepts entries for a second at most after the begin of a read, as changes by SQL apply within a second', () => {
    follow();
    jest.advanceTimersByTime(1000);
    expect(rights()).toEqual([false, false]);
  });

  it('counts from the begin of the read, however late its answer came', () => {
    follow();
    const beganAt = performance.now();
    jest.advanceTimersByTime(1000);
    standing.renew(beganAt);
    jest.advanceTimersByTime(ACCEPTANCE_MS - 1000);
    expect(rights()).toEqual([false, false]);
  });

  it('accepts nothing after a sleep during which the monotonic clock stood still', () => {
    follow();
    jest.setSystemTime(START.getTime() + ACCEPTANCE_MS);
    expect(rights()).toEqual([false, false]);
  });

  it('does not accept entries for longer when the wall clock was set back', () => {
    follow();
    jest.setSystemTime(START.getTime() - 3_600_000);
    jest.advanceTimersByTime(ACCEPTANCE_MS);
    expect(rights()).toEqual([false, false]);
  });

  it('accepts nothing after a lost connection until the log was replayed', () => {
    follow();
    standing.suspend('connection terminated');
    expect(rights()).toEqual([false, false]);
    standing.adopt('one');
    expect(rights()).toEqual([false, false]);
    follow();
    expect(rights()).toEqual([true, true]);
  });

  it('serves what is cached while PostgreSQL is out of reach, and writes nothing', () => {
    follow();
    standing.suspend('connection terminated');
    standing.lose('connection refused');
    jest.advanceTimersByTime(3_600_000);
    expect(rights()).toEqual([true, false]);
    expect(standing.permit().kind).toBe('read');
  });

  it.each<[string, () => void]>([
    ['a server that is not the primary', () => standing.refuse('a standby')],
    ['instances that follow another history', () => standing.setConflict('another system')],
  ])('serves nothing because of %s', (_what, happen) => {
    follow();
    happen();
    expect(standing.state).toBe('refused');
    expect(standing.permit()).toMatchObject({ kind: 'refuse', reason: standing.reason });
    expect(standing.reason).not.toBe('');
    expect(rights()).toEqual([false, false]);
  });

  it('serves again once no other history is followed', () => {
    follow();
    standing.setConflict('another system');
    standing.setConflict(undefined);
    expect(rights()).toEqual([true, true]);
  });

  it('accepts only entries of its own history, and none from before a skipped part of the log', () => {
    follow('one');
    const entry = { history: 'one', readAt: 1000 };
    expect(isAccepted(entry)).toBe(true);
    expect(isAccepted({ ...entry, history: 'two' })).toBe(false);
    standing.raiseFloor(1001);
    expect(isAccepted(entry)).toBe(false);
    expect(isAccepted({ ...entry, readAt: 1001 })).toBe(true);
    standing.raiseFloor(5);
    expect(isAccepted(entry)).toBe(false);
  });

  it('accepts no entry from before a skipped part that has a later time, because the clock was set back', () => {
    follow('one');
    standing.observe(9000);
    standing.skip(1000);
    // Another instance may have written it after this one had read the log for the last time.
    expect(isAccepted({ history: 'one', readAt: 9000 + ACCEPTANCE_MS - 1 })).toBe(false);
    expect(isAccepted({ history: 'one', readAt: 9000 + ACCEPTANCE_MS })).toBe(true);
  });

  it('accepts an entry from after a skipped part when no clock was set back', () => {
    follow('one');
    standing.observe(1000);
    standing.skip(1001);
    expect(isAccepted({ history: 'one', readAt: 1001 })).toBe(true);
  });

  it('forgets the skipped part when the history changes, because another server has another clock', () => {
    follow('one');
    standing.observe(9000);
    standing.skip(9000);
    follow('two');
    standing.skip(1000);
    expect(isAccepted({ history: 'one', readAt: 9000 })).toBe(false);
    expect(isAccepted({ history: 'two', readAt: 1000 })).toBe(true);
  });

  it('serves only what PostgreSQL answers while other instances use another cache', () => {
    follow();
    standing.setRival('another cache');
    expect(rights()).toEqual([false, false]);
    expect(standing.permit()).toMatchObject({ kind: 'database-only', reason: 'another cache' });
    // What the instance knows of the log is another matter.
    expect(standing).toMatchObject({ state: 'following', reason: '', readsLog: true });
    standing.setRival(undefined);
    expect(rights()).toEqual([true, true]);
  });

  it('gives one permit for as long as nothing changes, however often the log is read', () => {
    follow();
    const permit = standing.permit();
    jest.advanceTimersByTime(ACCEPTANCE_MS - 1);
    standing.renew(performance.now());
    jest.advanceTimersByTime(ACCEPTANCE_MS - 1);
    expect(standing.permit()).toBe(permit);
    expect(standing.holds(permit)).toBe(true);
    expect(Object.isFrozen(permit)).toBe(true);
    jest.advanceTimersByTime(1);
    expect(standing.holds(permit)).toBe(false);
  });

  it('gives the same permit when PostgreSQL is found out of reach for another reason', () => {
    follow();
    standing.lose('connection refused');
    const permit = standing.permit();
    standing.lose('no answer');
    expect(standing.holds(permit)).toBe(true);
  });

  it.each<[string, () => void]>([
    ['a higher floor', () => standing.raiseFloor(1)],
    ['a loss of the connection', () => standing.suspend('connection terminated')],
    ['a proof that PostgreSQL is out of reach', () => standing.lose('connection refused')],
    [
      'a loss and a replay',
      () => {
        standing.suspend('connection terminated');
        follow();
      },
    ],
    ['another history', () => follow('two')],
    ['a server that is not the primary', () => standing.refuse('a standby')],
    [
      'instances that followed another history for a moment',
      () => {
        standing.setConflict('another system');
        standing.setConflict(undefined);
      },
    ],
    [
      'instances that used another cache for a moment',
      () => {
        standing.setRival('another cache');
        standing.setRival(undefined);
      },
    ],
  ])('does not hold a permit from before %s', (_what, happen) => {
    follow();
    const permit = standing.permit();
    happen();
    expect(standing.holds(permit)).toBe(false);
  });
});
