import type { WebSocket } from 'ws';
import { ChannelRegistry } from './channel-registry.js';
import { LiveChannel } from './live-channel.js';

const channelOf = (sessionId: string, own?: { sub: string; sid: string }, watchedUserId?: string) => {
  const channel = new LiveChannel({} as WebSocket, sessionId);
  if (own) channel.claims = { ...own, jti: 'j', iat: 0, exp: 1 };
  channel.watchedUserId = watchedUserId;
  return channel;
};

describe('ChannelRegistry', () => {
  it('finds channels by the watched session and by that of the token', () => {
    const registry = new ChannelRegistry();
    const unknown = channelOf('s1');
    const own = channelOf('s1', { sub: 'u1', sid: 's1' }, 'u1');
    const watching = channelOf('s1', { sub: 'admin', sid: 's2' }, 'u1');
    for (const channel of [unknown, own, watching]) registry.add(channel);
    expect(registry.ofSession('s1')).toEqual([unknown, own, watching]);
    expect(registry.ofSession('s2')).toEqual([watching]);
    expect(registry.ofUser('u1')).toEqual([own, watching]);
    expect(registry.ofUser('admin')).toEqual([watching]);
    expect(registry.size).toBe(3);
  });

  it('forgets a channel everywhere, and keeps nothing of it', () => {
    const registry = new ChannelRegistry();
    const channel = channelOf('s1', { sub: 'admin', sid: 's2' }, 'u1');
    registry.add(channel);
    registry.remove(channel);
    registry.remove(channel);
    expect([...registry]).toEqual([]);
    for (const index of ['bySession', 'byUser'] as const)
      expect((registry as unknown as Record<typeof index, Map<string, unknown>>)[index].size).toBe(0);
  });

  it('answers with a copy, which may be iterated while channels are removed', () => {
    const registry = new ChannelRegistry();
    const channels = [channelOf('s1'), channelOf('s1')];
    for (const channel of channels) registry.add(channel);
    const seen = registry.ofSession('s1').map((channel) => {
      registry.remove(channel);
      return channel;
    });
    expect(seen).toEqual(channels);
    expect(registry.ofSession('s1')).toEqual([]);
  });
});
