import { type ClientState, type Lock, oneAfterTheOther, type SessionStore } from './session.js';

/** What a tab tells the others of its origin. */
type News = { opened: string } | { ended: NonNullable<ClientState['lastEnd']> };

/** What outlives a tab. Neither opens anything without the cookie or the password. */
type Shared = Pick<ClientState, 'exchangeKey' | 'deviceToken'>;

/**
 * The state where the browser has the refresh token: the access token in the memory of each tab, and in `localStorage` the key of an exchange
 * that is not answered yet, and the device token. A tab tells the others of the origin of each login and each end.
 *
 * @param name of the item, the channel and the lock
 */
export function cookieStore(name: string): { store: SessionStore; lock: Lock } {
  let kept: Omit<ClientState, keyof Shared> = {};
  const listeners: (() => void)[] = [];
  const channel = channelOf(name);
  channel?.addEventListener('message', ({ data }: MessageEvent<News>) => {
    const { session } = kept;
    const end = session && endBy(data, session.id);
    if (end === undefined) return;
    kept = { lastEnd: end };
    for (const listener of listeners) listener();
  });
  const save = ({ exchangeKey, deviceToken, ...own }: ClientState) => {
    share(name, { ...(exchangeKey && { exchangeKey }), ...(deviceToken && { deviceToken }) });
    const before = kept.session?.id;
    kept = own;
    const { session, lastEnd } = own;
    if (before === session?.id) return;
    if (session !== undefined) channel?.postMessage({ opened: session.id } satisfies News);
    else if (lastEnd !== undefined) channel?.postMessage({ ended: lastEnd } satisfies News);
  };
  return {
    store: {
      load: () => ({ ...kept, ...sharedBy(name) }),
      save,
      subscribe: (listener) => void listeners.push(listener),
    },
    lock: lockOf(name),
  };
}

/** The end that the news are for this session. */
function endBy(news: News, id: string): ClientState['lastEnd'] {
  if ('ended' in news) return news.ended.id === id ? news.ended : undefined;
  return news.opened === id ? undefined : { id, reason: 'other_login' };
}

function channelOf(name: string): BroadcastChannel | undefined {
  if (typeof BroadcastChannel === 'undefined') return undefined;
  const channel = new BroadcastChannel(name);
  // In Node.js, which renders pages too, it would keep the process alive.
  (channel as { unref?: () => void }).unref?.();
  return channel;
}

/** Web Locks need HTTPS or `localhost`, as the cookie does. */
function lockOf(name: string): Lock {
  const locks = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  return locks === undefined ? oneAfterTheOther() : (work) => locks.request(name, work);
}

/** A page may have no storage, such as one in a sandbox: then an answer that was lost before a reload ends the session after the grace. */
function sharedBy(name: string): Shared {
  try {
    return JSON.parse(localStorage.getItem(name) ?? '{}') as Shared;
  } catch {
    return {};
  }
}

function share(name: string, shared: Shared): void {
  try {
    localStorage.setItem(name, JSON.stringify(shared));
  } catch {
    // As above.
  }
}
