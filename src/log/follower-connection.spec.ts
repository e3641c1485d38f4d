import { primaryOf } from '../../test/support/postgres/primary-of.js';
import { FollowerConnection } from './follower-connection.js';

describe('a connection of the follower', () => {
  afterEach(() => jest.useRealTimers());

  it('lets the next read of the log begin half a second after the last one began at the latest', async () => {
    jest.useFakeTimers();
    const connection = new FollowerConnection({
      primary: primaryOf('postgres://127.0.0.1:1/none'),
      applicationName: 'a-follower',
      channels: [],
      answerMs: 1000,
      onSilence: () => undefined,
      onNotification: () => undefined,
    });
    const waited = jest.fn();
    const slowReadMs = 200;
    void connection.pause(performance.now() - slowReadMs).then(waited);
    await jest.advanceTimersByTimeAsync(500 - slowReadMs);
    expect(waited).toHaveBeenCalled();
  });
});
