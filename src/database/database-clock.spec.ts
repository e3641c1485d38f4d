import { DatabaseClock } from './database-clock.js';

const START = Date.parse('2026-11-24T12:00:00Z');

describe('DatabaseClock', () => {
  beforeEach(() => jest.useFakeTimers({ now: START }));
  afterEach(() => jest.useRealTimers());

  it("is this machine's clock until PostgreSQL's time is known", () =>
    expect(new DatabaseClock().now()).toBe(START));

  it("goes on from PostgreSQL's time, whatever happens to this machine's clock", () => {
    const clock = new DatabaseClock();
    clock.set(START + 180_000);
    jest.advanceTimersByTime(1000);
    jest.setSystemTime(START - 3_600_000);
    expect(clock.now()).toBe(START + 181_000);
  });
});
