import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import type { WebSocket } from 'ws';
import { ChangeFeed, type ChangeEvent } from '../log/change-feed.js';
import { isDatabaseOutage } from '../common/database-errors.js';
import { newGauge } from '../common/metrics.js';
import { DatabaseClock } from '../database/database-clock.js';
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
/** How many users' channels are judged at once where all are: requests need the pool, too. */
const JUDGING_LANES = 4;

/** Sends events of a session to its channels as soon as this instance reads them, and closes the channels of ended sessions. */
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
    private readonly clock: DatabaseClock,
    feed: ChangeFeed,
  ) {
    this.subscription = feed.subscribe((change) => this.relay(change));
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref();
    newGauge('ergodrive_live_channels', 'Open live channels of this instance', () => this.channels.size);
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
    // The pong is queued already. A client that never reads its pongs must not fill the memory.
    socket.on('ping', () => this.limitRate(channel));
    socket.on('pong', (data) => {
      if (!channel.takePong(data)) this.limitRate(channel);
    });
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
    const verification = this.admission.verify(token);
    if (verification.outcome === 'refused') return channel.close(verification.code, verification.reason);
    const { claims } = verification;
    if (channel.claims && channel.claims.sub !== claims.sub)
      return channel.close(CLOSE.forbidden, 'another user');
    const isFirst = channel.claims === undefined;
    // The channel is registered before its token is judged: an end after that closes it, and the verdict shows an earlier end.
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
    if (admission.outcome === 'refused') {
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

  private relay(change: ChangeEvent): void {
    if (change.kind === 'log.skipped' || change.kind === 'sessions.ended') void this.judgeAll();
    else if (change.kind === 'session.refreshed' || change.kind === 'session.refresh_repeated')
      this.sendToWatchers(change.session_id, { type: change.kind, session_id: change.session_id });
    else if (change.kind === 'session.opened' || change.kind === 'session.named')
      this.sendChangedList(change.user_id, change.session_id, null);
    else if (change.kind === 'session.revoked' && change.session_id !== null) {
      this.end(change.session_id, change.reason);
      this.sendChangedList(change.user_id, change.session_id, change.reason);
    } else void this.judgeChannelsOf(change.user_id);
  }

  /** Rows of the log were skipped, or everybody's sessions have ended: every channel is judged again, a few users at a time. */
  private async judgeAll(): Promise<void> {
    const userIds = this.channels.userIds.values();
    const lane = async () => {
      for (const userId of userIds) await this.judgeChannelsOf(userId);
    };
    await Promise.all(Array.from({ length: JUDGING_LANES }, lane));
  }

  private async judgeChannelsOf(userId: string): Promise<void> {
    await this.userChanged(userId).catch((error: unknown) => this.closeUnjudged(userId, error));
  }

  private sendToWatchers(sessionId: string, message: { type: string; session_id: string }): void {
    for (const channel of this.channels.ofSession(sessionId)) {
      if (channel.sessionId === sessionId && channel.watchedUserId !== undefined) channel.send(message);
    }
  }

  /** To whoever watches another session of the account: its list of sessions has changed. */
  private sendChangedList(userId: string, sessionId: string, reason: string | null): void {
    for (const channel of this.channels.ofUser(userId)) {
      if (channel.watchedUserId === userId)
        channel.send({ type: 'sessions.changed', session_id: sessionId, reason });
    }
  }

  private end(sessionId: string, reason: string | null): void {
    for (const channel of this.channels.ofSession(sessionId)) {
      if (channel.claims === undefined) continue;
      if (!channel.isAdmitted && !channel.isOwn && channel.sessionId === sessionId) {
        // The channel was never admitted to this session, so the answer is the same as for an unknown session.
        channel.close(CLOSE.forbidden, 'not your session');
        continue;
      }
      channel.send({ type: 'session.revoked', session_id: sessionId, reason });
      if (channel.sessionId === sessionId) channel.close(CLOSE.sessionEnded, 'session.revoked');
      else channel.close(CLOSE.unauthenticated, 'token_revoked');
    }
  }

  /** The role or activity of the user may have changed: each channel is judged again before it gets the event. */
  private async userChanged(userId: string): Promise<void> {
    const channels = this.channels.ofUser(userId);
    if (channels.length === 0) return;
    const { user } = await this.users.read(userId);
    for (const channel of channels) {
      if (channel.claims === undefined || !channel.isOpen) continue;
      const admission = await this.admission.admit(channel.claims, channel.sessionId);
      if (admission.outcome === 'refused') {
        await this.closeRefused(channel, admission);
      } else if (user && admission.watchedUserId === userId) {
        const { id, email, full_name, role, is_active } = user;
        channel.send({ type: 'user.updated', user: { id, email, full_name, role, is_active } });
      }
    }
  }

  /** Closes a channel that is not admitted any more. If its session ended, the channel gets the reason first. */
  private async closeRefused(channel: LiveChannel, { code, reason }: Refusal): Promise<void> {
    const mayKnow = channel.isAdmitted || channel.isOwn;
    const end =
      mayKnow && code !== CLOSE.unavailable ? await this.ends.reasonOf(channel.sessionId) : undefined;
    if (end === undefined) channel.close(code, reason);
    else this.end(channel.sessionId, end);
  }

  /** Closes the channels of a user whom PostgreSQL could not judge again: an old verdict must not stand. */
  private closeUnjudged(userId: string, error: unknown): void {
    if (!isDatabaseOutage(error)) this.report(error);
    for (const channel of this.channels.ofUser(userId)) channel.close(CLOSE.unavailable, 'try again');
  }

  /** Once a second: ends channels that are late with their token or past its end; every 30 s drops dead peers. */
  private sweep(): void {
    const now = Date.now();
    const databaseNow = this.clock.now();
    const beats = ++this.sweeps % HEARTBEAT_SWEEPS === 0;
    for (const channel of this.channels) {
      if (channel.claims === undefined) {
        if (now - channel.openedAt > AUTHENTICATION_MS)
          channel.close(CLOSE.authenticationTimeout, 'token_missing');
      } else if (channel.claims.exp * 1000 <= databaseNow) {
        channel.close(CLOSE.tokenExpired, 'token_expired');
      }
      if (beats) channel.beat();
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
