import { Logger } from '@nestjs/common';
import { ACCEPTANCE_MS, Following } from './following.js';

const { jest } = import.meta;
const START = new Date('2026-11-24T12:00:00Z');

describe('Following', () => {
  let following: Following;

  beforeEach(() => {
    Logger.overrideLogger(false);
    jest.useFakeTimers({ now: START });
    following = new Following();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const follow = (history = 'one') => {
    following.adopt(history);
    following.follow(history, performance.now());
  };
  const rights = () => [following.mayAccept, following.mayWrite];

  it('accepts and writes nothing before the log was read', () => {
    expect(rights()).toEqual([false, false]);
    following.lose('connection refused');
    expect(following.state).toBe('starting');
    expect(rights()).toEqual([false, false]);
  });

  it('accepts and writes for a limited time after the begin of a read', () => {
    follow();
    expect(rights()).toEqual([true, true]);
    jest.advanceTimersByTime(ACCEPTANCE_MS - 1);
    expect(rights()).toEqual([true, true]);
    jest.advanceTimersByTime(1);
    expect(rights()).toEqual([false, false]);
    expect(following.reason).not.toBe('');
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
    following.renew(beganAt);
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
    following.suspend('connection terminated');
    expect(rights()).toEqual([false, false]);
    following.adopt('one');
    expect(rights()).toEqual([false, false]);
    follow();
    expect(rights()).toEqual([true, true]);
  });

  it('serves what is cached while PostgreSQL is out of reach, and writes nothing', () => {
    follow();
    following.suspend('connection terminated');
    following.lose('connection refused');
    jest.advanceTimersByTime(3_600_000);
    expect(rights()).toEqual([true, false]);
    expect(following.refusal).toBeUndefined();
  });

  it.each<[string, () => void]>([
    ['a server that is not the primary', () => following.refuse('a standby')],
    ['instances that follow another history', () => following.setConflict('another system')],
  ])('serves nothing because of %s', (_what, happen) => {
    follow();
    happen();
    expect(following.state).toBe('refused');
    expect(following.refusal).not.toBe('');
    expect(rights()).toEqual([false, false]);
  });

  it('serves again once no other history is followed', () => {
    follow();
    following.setConflict('another system');
    following.setConflict(undefined);
    expect(rights()).toEqual([true, true]);
  });

  it('accepts only entries of its own history, and none from before a skipped part of the log', () => {
    follow('one');
    const entry = { history: 'one', readAt: 1000 };
    expect(following.accepts(entry)).toBe(true);
    expect(following.accepts({ ...entry, history: 'two' })).toBe(false);
    following.raiseFloor(1001);
    expect(following.accepts(entry)).toBe(false);
    expect(following.accepts({ ...entry, readAt: 1001 })).toBe(true);
    following.raiseFloor(5);
    expect(following.accepts(entry)).toBe(false);
  });

  it('accepts no entry from before a skipped part that has a later time, because the clock was set back', () => {
    follow('one');
    following.observe(9000);
    following.skip(1000);
    // Another instance may have written it after this one had read the log for the last time.
    expect(following.accepts({ history: 'one', readAt: 9000 + ACCEPTANCE_MS - 1 })).toBe(false);
    expect(following.accepts({ history: 'one', readAt: 9000 + ACCEPTANCE_MS })).toBe(true);
  });

  it('accepts an entry from after a skipped part when no clock was set back', () => {
    follow('one');
    following.observe(1000);
    following.skip(1001);
    expect(following.accepts({ history: 'one', readAt: 1001 })).toBe(true);
  });

  it('forgets the skipped part when the history changes, because another server has another clock', () => {
    follow('one');
    following.observe(9000);
    following.skip(9000);
    follow('two');
    following.skip(1000);
    expect(following.accepts({ history: 'one', readAt: 9000 })).toBe(false);
    expect(following.accepts({ history: 'two', readAt: 1000 })).toBe(true);
  });
});
