import { EventEmitter } from 'node:events';
import { register } from 'prom-client';
import type { WebSocket } from 'ws';
import { ChangeFeed } from '../log/change-feed.js';
import type { Principal } from '../common/principal.js';
import { DatabaseClock } from '../database/database-clock.js';
import type { LiveUserReader } from '../sessions/live-user.reader.js';
import type { AccessClaims } from '../sessions/verdict.js';
import type { Admission, ChannelAdmissionService } from './channel-admission.service.js';
import { CLOSE } from './close-codes.js';
import { LiveChannelService } from './live-channel.service.js';
import type { SessionEndReader } from './session-end.reader.js';

const [SWEEP_MS, HEARTBEAT_MS] = [1000, 30_000];

/** A peer that answers no close, and pings only if set to. */
class Peer extends EventEmitter {
  readonly OPEN = 1;
  readonly CLOSED = 3;
  bufferedAmount = 0;
  readyState = 1;
  readonly received: Record<string, unknown>[] = [];
  closeCode: number | undefined;
  pings = 0;
  answersPings = false;

  send(text: string): void {
    this.received.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(code: number): void {
    this.readyState = 2;
    this.closeCode ??= code;
  }

  ping(data: Buffer): void {
    this.pings += 1;
    if (this.answersPings) this.emit('pong', data);
  }

  terminate(): void {
    this.readyState = 3;
    this.emit('close');
  }
}

/** The collaborators, whose answers a test gives when it likes. */
class Setting {
  readonly feed = new ChangeFeed();
  readonly admissions: ((admission: Admission) => void)[] = [];
  readonly failures: ((error: Error) => void)[] = [];
  end: string | undefined;
  readonly service: LiveChannelService;

  constructor() {
    const admission: Pick<ChannelAdmissionService, 'verify' | 'admit'> = {
      verify: (token) => ({ outcome: 'verified', claims: JSON.parse(token) as AccessClaims }),
      admit: () =>
        new Promise((resolve, reject) => {
          this.admissions.push(resolve);
          this.failures.push(reject);
        }),
    };
    this.service = new LiveChannelService(
      admission as ChannelAdmissionService,
      { read: async () => ({ user: undefined }) } as unknown as LiveUserReader,
      { reasonOf: async () => this.end } as unknown as SessionEndReader,
      new DatabaseClock(),
      this.feed,
    );
  }

  open(sessionId: string, claims?: Partial<AccessClaims>): Peer {
    const peer = new Peer();
    this.service.open(peer as unknown as WebSocket, sessionId, claims && token(claims));
    return peer;
  }

  /** Answers the oldest question. */
  async answer(admission: Admission): Promise<void> {
    this.failures.shift();
    this.admissions.shift()?.(admission);
    await settled();
  }

  async fail(error: Error): Promise<void> {
    this.admissions.shift();
    this.failures.shift()?.(error);
    await settled();
  }
}

const token = (claims: Partial<AccessClaims>) =>
  JSON.stringify({ sub: 'u1', sid: 's1', jti: 'j', iat: 0, exp: Date.now() / 1000 + 3600, ...claims });
const principal = {} as Principal;
const admitted = (watchedUserId: string): Admission => ({ outcome: 'admitted', principal, watchedUserId });
const ended = (session_id: string) =>
  ({ kind: 'session.revoked', user_id: 'u1', session_id, reason: 'logout' }) as const;
const changed = (user_id: string) =>
  ({ kind: 'user.updated', user_id, session_id: null, reason: null }) as const;
const types = (peer: Peer) => peer.received.map(({ type }) => type);

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

describe('LiveChannelService', () => {
  let setting: Setting;
  beforeEach(() => {
    jest.useFakeTimers();
    setting = new Setting();
  });
  afterEach(() => {
    setting.service.beforeApplicationShutdown();
    jest.useRealTimers();
    register.clear();
  });

  async function established(sessionId = 's1', claims: Partial<AccessClaims> = {}, userId = 'u1') {
    const peer = setting.open(sessionId, claims);
    await setting.answer(admitted(userId));
    expect(types(peer)).toEqual(['connection']);
    peer.received.length = 0;
    return peer;
  }

  describe('between registration and verdict', () => {
    it('sends a channel the end of its own session', async () => {
      const peer = setting.open('s1', {});
      setting.feed.next(ended('s1'));
      expect(peer.received).toEqual([{ type: 'session.revoked', session_id: 's1', reason: 'logout' }]);
      expect(peer.closeCode).toBe(CLOSE.sessionEnded);
      await setting.answer(admitted('u1'));
      expect(types(peer)).toEqual(['session.revoked']);
    });

    it('closes a channel without a message at the end of a session other than its own', async () => {
      const peer = setting.open('s2', {});
      setting.feed.next(ended('s2'));
      expect([types(peer), peer.closeCode]).toEqual([[], CLOSE.forbidden]);
      await setting.answer(admitted('u2'));
      expect(types(peer)).toEqual([]);
    });

    it('judges a channel again when its user changes, and the later judgement stands', async () => {
      const peer = setting.open('s2', { sub: 'admin', sid: 's9' });
      setting.feed.next(changed('admin'));
      await settled();
      expect(setting.admissions).toHaveLength(2);
      const [before] = setting.admissions.splice(0, 1);
      setting.failures.shift();
      await setting.answer({ outcome: 'refused', code: CLOSE.forbidden, reason: 'not your session' });
      before?.(admitted('u2'));
      await settled();
      expect([types(peer), peer.closeCode]).toEqual([[], CLOSE.forbidden]);
    });

    it('sends nothing to a channel without a token', () => {
      const peer = setting.open('s1');
      setting.feed.next(ended('s1'));
      setting.feed.next({ kind: 'session.refreshed', user_id: 'u1', session_id: 's1' });
      expect([types(peer), peer.closeCode]).toEqual([[], undefined]);
    });
  });

  describe('when the user changes', () => {
    it('gives the reason of the end, also where only the change of the user was received', async () => {
      const own = await established();
      const watching = await established('s1', { sub: 'admin', sid: 's9' }, 'u1');
      setting.end = 'user_deactivated';
      setting.feed.next(changed('u1'));
      await settled();
      await setting.answer({ outcome: 'refused', code: CLOSE.unauthenticated, reason: 'token_revoked' });
      const end = { type: 'session.revoked', session_id: 's1', reason: 'user_deactivated' };
      for (const peer of [own, watching]) {
        expect(peer.received).toEqual([end]);
        expect(peer.closeCode).toBe(CLOSE.sessionEnded);
      }
    });

    it('closes a channel without a message when its session goes on', async () => {
      const peer = await established('s1', { sub: 'admin', sid: 's9' }, 'u1');
      setting.feed.next(changed('admin'));
      await settled();
      await setting.answer({ outcome: 'refused', code: CLOSE.forbidden, reason: 'not your session' });
      expect([types(peer), peer.closeCode]).toEqual([[], CLOSE.forbidden]);
    });

    it('closes a channel that it cannot judge again', async () => {
      const peer = await established('s1', { sub: 'admin', sid: 's9' }, 'u1');
      setting.feed.next(changed('admin'));
      await settled();
      await setting.fail(Object.assign(new Error('Connection terminated'), { code: '57P01' }));
      expect([types(peer), peer.closeCode]).toEqual([[], CLOSE.unavailable]);
    });
  });

  it('drops a peer one heartbeat after a heartbeat that the peer did not answer, and no other peer', async () => {
    const dead = await established('s1', {});
    const alive = await established('s2', { sid: 's2', sub: 'u2' }, 'u2');
    alive.answersPings = true;
    jest.advanceTimersByTime(HEARTBEAT_MS);
    expect([dead.pings, dead.readyState]).toEqual([1, 1]);
    jest.advanceTimersByTime(HEARTBEAT_MS - SWEEP_MS);
    expect(dead.readyState).toBe(1);
    jest.advanceTimersByTime(SWEEP_MS);
    expect([dead.readyState, alive.readyState, alive.pings]).toEqual([3, 1, 2]);
    jest.advanceTimersByTime(HEARTBEAT_MS);
    expect([dead.pings, alive.readyState, alive.pings]).toEqual([1, 1, 3]);
  });

  it('closes a channel when its token expires, and after five seconds without a token', async () => {
    const late = setting.open('s1');
    const expiring = await established('s1', { exp: Math.floor(Date.now() / 1000) + 8 });
    jest.advanceTimersByTime(4000);
    expect(late.closeCode).toBeUndefined();
    jest.advanceTimersByTime(3000);
    expect([late.closeCode, expiring.closeCode]).toEqual([CLOSE.authenticationTimeout, undefined]);
    jest.advanceTimersByTime(2000);
    expect(expiring.closeCode).toBe(CLOSE.tokenExpired);
  });

  it('closes every channel at shutdown, also channels that are opened then, and waits a second', async () => {
    const peer = await established();
    setting.service.beforeApplicationShutdown();
    const late = setting.open('s1', {});
    expect([peer.closeCode, late.closeCode]).toEqual([CLOSE.goingAway, CLOSE.goingAway]);
    expect(setting.admissions).toEqual([]);
    jest.advanceTimersByTime(999);
    expect([peer.readyState, late.readyState]).toEqual([2, 2]);
    jest.advanceTimersByTime(1);
    expect([peer.readyState, late.readyState]).toEqual([3, 3]);
  });

  it('logs a defect, and sends no client its text', async () => {
    const error = jest.spyOn(setting.service['logger'], 'error').mockImplementation(() => undefined);
    const peer = setting.open('s1', {});
    await setting.fail(new TypeError('a secret'));
    expect([types(peer), peer.closeCode]).toEqual([[], CLOSE.internalError]);
    expect(error).toHaveBeenCalledTimes(1);
  });
});
