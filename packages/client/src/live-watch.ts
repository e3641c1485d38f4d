import type { UserDto } from './generated/types.gen.js';
import type { LiveSocket, LiveSocketConstructor } from './live-socket.js';
import { reconnectDelayMs } from './reconnect-delay.js';
import type { Session, SessionEnd } from './session.js';
import type { SessionKeeper } from './session-keeper.js';
import type { TokenExchange } from './token-exchange.js';

/** The user as the live channel sends it. */
export type LiveUser = Pick<UserDto, 'id' | 'email' | 'full_name' | 'role' | 'is_active'>;

/** A change of the list of sessions. */
export interface SessionsChange {
  readonly sessionId: string;
  /** Why the session has ended; `null` where it was opened or named. */
  readonly reason: string | null;
}

export interface WatchHandlers {
  /** The session has ended. The watch is over. */
  onEnd?: (end: SessionEnd) => void;
  /** The user has changed: name, role, password. It may be called again for one change. */
  onUpdate?: (user: LiveUser) => void;
  /** The list of the account's sessions has changed: one was opened, named, or has ended. What happens while the channel is not open is not reported. */
  onSessions?: (change: SessionsChange) => void;
  /** Whether the channel is open. While it is not, the watch connects again, after longer and longer waits. */
  onConnection?: (isOpen: boolean) => void;
}

export interface WatchSetting {
  /** Where the service is, without a slash at the end. */
  baseUrl: string;
  Socket: LiveSocketConstructor;
  keeper: SessionKeeper;
  exchange: TokenExchange;
  /** The id that the service gives the session of the client, or that of the session which is watched in its place. */
  sessionId: () => Promise<string>;
  /** Whether it is the session of the client: its end is the client's. */
  isOwn: boolean;
  /** The channel has said why the session of the client ended; its close follows. */
  onReason: (reason: string) => void;
}

/** Before the access token expires; its life is a minute or more. */
const RENEWAL_MS = 30_000;
/** Between two messages `ping`. A channel on which nothing came meanwhile is dead, though the browser may not know it for minutes. */
const PING_MS = 30_000;

const CLOSE = {
  sessionEnded: 4001,
  forbidden: 4403,
  /** The access token has expired, was revoked, or is not valid: the next one opens the channel, or the exchange shows the end. */
  refused: [4002, 4401, 4403],
  interrupted: 1006,
};

/** The live channel of a session (docs/live-channel.md): stays open with new access tokens, and connects again. */
export class LiveWatch {
  private session: Session;
  private sessionId: string | undefined;
  private socket: LiveSocket | undefined;
  private isOpen = false;
  private isOver = false;
  private failures = 0;
  private revoked: string | undefined;
  /** Whether anything came since the last `ping`. */
  private isAlive = true;
  private readonly timers: { renewal?: Timer; ping?: Timer; connection?: Timer } = {};

  constructor(
    private readonly setting: WatchSetting,
    private readonly handlers: WatchHandlers,
    session: Session,
  ) {
    this.session = session;
    this.connect();
  }

  /** Why the session of the client ended, once the channel has said it. */
  get reason(): string | undefined {
    return this.setting.isOwn ? this.revoked : undefined;
  }

  /** A channel that opens with the token of an ended session is refused without a reason; one that is there may still give it. */
  get mayGiveReason(): boolean {
    return this.setting.isOwn && this.socket !== undefined;
  }

  /** Ends the watch; no handler is called again. */
  close(): void {
    this.isOver = true;
    this.leave();
    clearTimeout(this.timers.connection);
  }

  /** The session has ended. */
  end(end: SessionEnd): void {
    if (this.isOver) return;
    this.close();
    queueMicrotask(() => this.handlers.onEnd?.(end));
  }

  private connect(): void {
    this.open().catch(() => this.closed(CLOSE.interrupted));
  }

  private async open(): Promise<void> {
    const { baseUrl, Socket, keeper, sessionId } = this.setting;
    this.sessionId ??= await sessionId();
    // After the id: it was that of the login which the store held then, and the end of the own login ends this watch.
    const session = await keeper.session();
    if (this.isOver || session === undefined) return;
    this.session = session;
    const url = `${baseUrl.replace(/^http/, 'ws')}/api/v1/ws/session/${this.sessionId}`;
    const socket = new Socket(url, ['ergodrive.v1']);
    this.socket = socket;
    const isCurrent = () => socket === this.socket;
    socket.addEventListener('open', () => {
      if (isCurrent()) this.authenticate(session);
    });
    socket.addEventListener('message', ({ data }) => {
      if (isCurrent()) this.receive(JSON.parse(String(data)) as Message);
    });
    // The close that follows says as much.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', ({ code }) => {
      if (isCurrent()) this.closed(code);
    });
  }

  private authenticate({ accessToken }: Session): void {
    this.send({ type: 'authenticate', access_token: accessToken });
  }

  private receive(message: Message): void {
    this.isAlive = true;
    if (message.type === 'connection') this.established();
    else if (message.type === 'session.revoked') this.revokedBy(message.reason);
    else if (message.type === 'user.updated') this.handlers.onUpdate?.(message.user);
    else if (message.type === 'sessions.changed')
      this.handlers.onSessions?.({ sessionId: message.session_id, reason: message.reason });
  }

  private revokedBy(reason: string): void {
    this.revoked = reason;
    if (this.setting.isOwn) this.setting.onReason(reason);
  }

  private established(): void {
    this.failures = 0;
    clearTimeout(this.timers.renewal);
    this.timers.renewal = setTimeout(
      () => void this.renew(),
      this.session.expiresAt - Date.now() - RENEWAL_MS,
    );
    if (this.isOpen) return;
    this.isOpen = true;
    this.ping();
    this.handlers.onConnection?.(true);
  }

  /** Where it fails, the service closes the channel when the token expires. */
  private async renew(): Promise<void> {
    const next = await this.exchange().catch(() => undefined);
    if (next !== undefined && this.isOpen) this.authenticate(next);
  }

  private async exchange(): Promise<Session | undefined> {
    const next = await this.setting.exchange.renew(this.session);
    if (next === undefined || !('accessToken' in next)) return undefined;
    this.session = next;
    return next;
  }

  private ping(): void {
    this.isAlive = false;
    this.send({ type: 'ping' });
    this.timers.ping = setTimeout(() => {
      if (this.isAlive) this.ping();
      else this.closed(CLOSE.interrupted);
    }, PING_MS);
  }

  private closed(code: number): void {
    const wasOpen = this.isOpen;
    this.leave();
    if (this.isOver) return;
    if (wasOpen) this.handlers.onConnection?.(false);
    if (this.isOverElsewhere(code)) return this.end({ reason: this.revoked });
    const isRefusal = CLOSE.refused.includes(code);
    const next = isRefusal ? this.exchange() : code === CLOSE.sessionEnded ? this.forget() : undefined;
    const delayMs = reconnectDelayMs(code, isRefusal, this.failures++);
    void Promise.resolve(next)
      .catch(() => undefined)
      .then(() => {
        if (!this.isOver) this.timers.connection = setTimeout(() => this.connect(), delayMs);
      });
  }

  /** Whether the session of another login has ended, or may not be watched any more; the service does not say which of both. */
  private isOverElsewhere(code: number): boolean {
    return !this.setting.isOwn && (code === CLOSE.sessionEnded || code === CLOSE.forbidden);
  }

  /** The keeper then ends this watch, and all others. */
  private forget(): Promise<void> {
    const { keeper } = this.setting;
    return keeper.exclusive(() => keeper.remove(this.session.id, this.revoked));
  }

  private leave(): void {
    const { socket } = this;
    this.socket = undefined;
    this.isOpen = false;
    clearTimeout(this.timers.renewal);
    clearTimeout(this.timers.ping);
    socket?.close();
  }

  private send(message: { type: string; access_token?: string }): void {
    this.socket?.send(JSON.stringify(message));
  }
}

type Timer = ReturnType<typeof setTimeout>;

type Message =
  | { type: 'connection' }
  | { type: 'session.revoked'; reason: string }
  | { type: 'user.updated'; user: LiveUser }
  | { type: 'sessions.changed'; session_id: string; reason: string | null }
  | { type: 'pong' };
