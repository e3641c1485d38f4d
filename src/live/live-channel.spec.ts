import type { WebSocket } from 'ws';
import { LiveChannel } from './live-channel.js';

const { jest } = import.meta;

describe('LiveChannel', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('takes twenty messages within ten seconds, and twenty in the next', () => {
    const channel = new LiveChannel({} as WebSocket, 's');
    const send = (count: number) => Array.from({ length: count }, () => channel.exceedsRate());
    expect(send(20)).not.toContain(true);
    expect(send(2)).toEqual([true, true]);
    jest.advanceTimersByTime(10_001);
    expect(send(20)).not.toContain(true);
    expect(send(1)).toEqual([true]);
  });
});
