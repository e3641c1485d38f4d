import { reconnectDelayMs } from '../src/reconnect-delay.js';

describe('the wait before the next connection', () => {
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['an interruption', 1006, false, 0, 500, 1000],
    ['a second one', 1006, false, 1, 1000, 2000],
    ['many', 1013, false, 50, 30_000, 60_000],
    ['the end of an instance', 1001, false, 0, 0, 2000],
    ['the end of the next instance', 1001, false, 1, 1000, 2000],
    ['an expired token', 4002, true, 0, 0, 0],
    ['another refusal', 4002, true, 2, 2000, 4000],
  ])('after %s is random within bounds', (_name, code, isRefusal, failures, least, most) => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(0);
    expect(reconnectDelayMs(code, isRefusal, failures)).toBe(least);
    random.mockReturnValue(1);
    expect(reconnectDelayMs(code, isRefusal, failures)).toBe(most);
  });
});
