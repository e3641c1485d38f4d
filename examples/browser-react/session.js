/* global console */
import { createClient } from '@ergodrive/client';
import { useSyncExternalStore } from 'react';
import { textOfEnd, textOfError, WITHOUT_ANSWER } from './texts.js';

// One client for the page. The browser keeps the refresh token, in a cookie that no script can read. The access token is in memory.
const client = createClient({
  baseUrl: import.meta.env.VITE_SERVICE_URL ?? 'http://localhost:8000',
  carrier: 'cookie',
  onEnd: ({ reason }) => set({ user: null, text: textOfEnd(reason) }),
});

const listeners = new Set();
/** `user` is undefined until it is known whether there is a session, and null without one. */
let state = { user: undefined, text: '', busy: false };

function set(change) {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param work resolves to a result of the client */
async function run(work) {
  set({ text: '', busy: true });
  try {
    const { error, response } = await work();
    if (error !== undefined) set({ text: textOfError(error, response) });
  } catch (error) {
    console.error(error);
    set({ text: WITHOUT_ANSWER });
  }
  set({ busy: false });
}

async function enter() {
  const result = await client.api.me.read();
  if (result.data !== undefined) {
    set({ user: result.data });
    // Calls onEnd at once when the session ends, wherever that is done.
    await client.watch({ onUpdate: (user) => set({ user }) });
  }
  return result;
}

/** After a reload, and in a new tab. Call it once, before the first rendering. */
export const resume = () =>
  run(async () => {
    if (await client.resume()) return enter();
    set({ user: null });
    return {};
  });

export const logIn = (credentials) =>
  run(async () => {
    const login = await client.logIn(credentials);
    return login.error === undefined ? enter() : login;
  });

export const logOut = () => run(() => client.logOut());

export const useSession = () => useSyncExternalStore(subscribe, () => state);
