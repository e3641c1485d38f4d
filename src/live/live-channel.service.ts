import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Gauge, register } from 'prom-client';
import type { Subscription } from 'rxjs';
import type { WebSocket } from 'ws';
import { type Invalidation, InvalidationFeed, type SessionRefreshed } from '../cache/invalidation.js';
import { isDatabaseOutage } from '../common/database-errors.js';
import { LiveUserReader } from '../sessions/live-user.reader.js';
import { ChannelAdmissionService, type Refusal } from './channel-admission.service.js';
import { ChannelRegistry } from './channel-registry.js';
import { parseClientMessage } from './client-message.js';
import { CLOSE } from './close-codes.js';
import { LiveChannel } from './live-channel.js';
import { SessionEndReader } from './session-end.reader.js';

const SWEEP_MS = 1000;
const HEARTBEAT_SWEEPS = 30;
/** How long a client may take to answer the close when the instance shuts down. */
const FAREWELL_MS = 1000;
const AUTHENTICATION_MS = 5000;
const MAX_CHANNELS_PER_USER = 100;

/** Tells the owners of sessions what happens to them, the moment that this instance hears of it, and ends their channels. */
@Injectable()
export class LiveChannelService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(LiveChannelService.name);
  private readonly channels = new ChannelRegistry();
  private readonly subscription: Subscription;
  private readonly sweeper: NodeJS.Timeout;
  private sweeps = 0;
  private isClosing = false;

  constructor(
    private readonly admission: ChannelAdmissionService,
    private readonly users: LiveUserReader,
    private readonly ends: SessionEndReader,
    feed: InvalidationFeed,
  ) {
    this.subscription = feed.subscribe((change) => this.relay(change));
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();
    const { channels } = this;
    register.removeSingleMetric('ergodrive_live_channels');
    new Gauge({
      name: 'ergodrive_live_channels',
      help: 'Open live channels of this instance',
      collect() {
        this.set(channels.size);
      },
    });
  }

  /** Before the HTTP server closes: it waits for every socket to end. */
  beforeApplicationShutdown(): void {
    this.isClosing = true;
    this.subscription.unsubscribe();
    clearInterval(this.sweeper);
    for (const channel of this.channels) channel.close(CLOSE.goingAway, 'shutting down');
    setTimeout(() => {
      for (const { socket } of this.channels) socket.terminate();
    }, FAREWELL_MS).unref();
  }

  /** @param token from the handshake; without one the first message must bring it */
  open(socket: WebSocket, sessionId: string, token: string | undefined): void {
    const channel = new LiveChannel(socket, sessionId);
    this.channels.add(channel);
    socket.on('close', () => this.channels.remove(channel));
    // ws closes the socket itself, with the code that says why, such as 1009 for a message that is too long.
    socket.on('error', () => undefined);
    // Its pong was queued already; whoever never reads them must not be able to fill the memory.
    socket.on('ping', () => this.limitRate(channel));
    socket.on('pong', () => (channel.isAlive = true));
    socket.on('message', (data: Buffer, isBinary) => this.receive(channel, isBinary ? '' : data.toString()));
    // An upgrade that was under way when the others were sent away.
    if (this.isClosing) channel.close(CLOSE.goingAway, 'shutting down');
    else if (token !== undefined) this.authenticate(channel, token);
  }

  private receive(channel: LiveChannel, text: string): void {
    if (!this.limitRate(channel)) return;
    const message = parseClientMessage(text);
    if (message === undefined) channel.send({ type: 'error', code: 'unknown_message' });
    else if (message.type === 'authenticate') this.authenticate(channel, message.access_token);
    else if (channel.claims === undefined) channel.close(CLOSE.unauthenticated, 'token_missing');
    else channel.send({ type: 'pong' });
  }

  /** Counts a message; @returns whether the channel may go on */
  private limitRate(channel: LiveChannel): boolean {
    const isTooMuch = channel.exceedsRate();
    if (isTooMuch) channel.close(CLOSE.tooManyMessages, 'too many messages');
    return !isTooMuch;
  }

  private authenticate(channel: LiveChannel, token: string): void {
    const claims = this.admission.verify(token);
    if ('code' in claims) return channel.close(claims.code, claims.reason);
    if (channel.claims && channel.claims.sub !== claims.sub)
      return channel.close(CLOSE.forbidden, 'another user');
    const isFirst = channel.claims === undefined;
    // Registered before it is judged: an end that comes in between is heard, one that came before is in the verdict.
    this.update(channel, () => (channel.claims = claims));
    if (this.channels.ofUser(claims.sub).length > MAX_CHANNELS_PER_USER) {
      return channel.close(CLOSE.tooManyChannels, 'too many channels');
    }
    this.admit(channel, isFirst).catch((error: unknown) => {
      this.report(error);
      channel.close(CLOSE.internalError, 'internal error');
    });
  }

  private async admit(channel: LiveChannel, isFirst: boolean): Promise<void> {
    const { claims } = channel;
    if (claims === undefined) return;
    const admission = await this.admission.admit(claims, channel.sessionId);
    if ('code' in admission) {
      channel.close(admission.code, admission.reason);
      return;
    }
    this.update(channel, () => (channel.watchedUserId = admission.watchedUserId));
    channel.send({
      type: 'connection',
      status: isFirst ? 'established' : 'renewed',
      session_id: channel.sessionId,
      user_id: admission.watchedUserId,
      expires_at: new Date(claims.exp * 1000).toISOString(),
    });
  }

  private relay(change: Invalidation | SessionRefreshed): void {
    const { kind, session_id: sessionId } = change;
    if (kind === 'session.refreshed')
      this.tell(change.session_id, { type: kind, session_id: change.session_id });
    else if (kind === 'session.revoked' && sessionId !== null) this.end(sessionId, change.reason);
    else this.userChanged(change.user_id).catch((error: unknown) => this.letGo(change.user_id, error));
  }

  private tell(sessionId: string, message: { type: string; session_id: string }): void {
    for (const channel of this.channels.ofSession(sessionId)) {
      if (channel.sessionId === sessionId && channel.watchedUserId !== undefined) channel.send(message);
    }
  }

  private end(sessionId: string, reason: string | null): void {
    for (const channel of this.channels.ofSession(sessionId)) {
      if (channel.claims === undefined) continue;
      if (!channel.isAdmitted && !channel.isOwn && channel.sessionId === sessionId) {
        // Whether it may hear of this session was never decided, and now the answer is the same as for none.
        channel.close(CLOSE.forbidden, 'not your session');
        continue;
      }
      channel.send({ type: 'session.revoked', session_id: sessionId, reason });
      if (channel.sessionId === sessionId) channel.close(CLOSE.sessionEnded, 'session.revoked');
      else channel.close(CLOSE.unauthenticated, 'token_revoked');
    }
  }

  /** The user's role or activity may be another now: each channel is judged again before it is told. */
  private async userChanged(userId: string): Promise<void> {
    const channels = this.channels.ofUser(userId);
    if (channels.length === 0) return;
    const user = await this.users.read(userId);
    for (const channel of channels) {
      if (channel.claims === undefined || !channel.isOpen) continue;
      const admission = await this.admission.admit(channel.claims, channel.sessionId);
      if ('code' in admission) {
        await this.dismiss(channel, admission);
      } else if (user && admission.watchedUserId === userId) {
        const { id, email, full_name, role, is_active } = user;
        channel.send({ type: 'user.updated', user: { id, email, full_name, role, is_active } });
      }
    }
  }

  /** Closes a channel that is not admitted any more; where that is because its session ended, it hears so. */
  private async dismiss(channel: LiveChannel, { code, reason }: Refusal): Promise<void> {
    const mayHear = channel.isAdmitted || channel.isOwn;
    const end =
      mayHear && code !== CLOSE.unavailable ? await this.ends.reasonOf(channel.sessionId) : undefined;
    if (end === undefined) channel.close(code, reason);
    else this.end(channel.sessionId, end);
  }

  /** Who could not be judged again is not kept on an old judgement: the next connection is judged. */
  private letGo(userId: string, error: unknown): void {
    if (!isDatabaseOutage(error)) this.report(error);
    for (const channel of this.channels.ofUser(userId)) channel.close(CLOSE.unavailable, 'try again');
  }

  /** Once a second: ends channels that are late with their token or past its end; every 30 s drops dead peers. */
  private sweep(): void {
    const now = Date.now();
    const beats = ++this.sweeps % HEARTBEAT_SWEEPS === 0;
    for (const channel of this.channels) {
      if (channel.claims === undefined) {
        if (now - channel.openedAt > AUTHENTICATION_MS)
          channel.close(CLOSE.authenticationTimeout, 'token_missing');
      } else if (channel.claims.exp * 1000 <= now) {
        channel.close(CLOSE.tokenExpired, 'token_expired');
      }
      if (beats) beat(channel);
    }
  }

  private update(channel: LiveChannel, change: () => void): void {
    this.channels.remove(channel);
    change();
    if (!channel.isClosed) this.channels.add(channel);
  }

  private report(error: unknown): void {
    this.logger.error((error as Error).stack ?? String(error));
  }
}

function beat(channel: LiveChannel): void {
  if (!channel.isAlive) return channel.socket.terminate();
  channel.isAlive = false;
  channel.socket.ping();
}
