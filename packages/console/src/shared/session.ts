import type { LoginDto, Watch, WatchHandlers } from '@ergodrive/client';
import { signal } from '@preact/signals';
import { call, type Outcome } from './call.js';
import { client } from './client.js';
import { doubt, lost, reached } from './service-state.js';
import { leave, session, user } from './session-state.js';

/** Increases when the sessions of the account may have changed, here or elsewhere. */
export const sessionsVersion = signal(0);
/** Why sessions of the account ended while this page was open, by their ids. */
export const seenEnds = signal<ReadonlyMap<string, string>>(new Map());

/** After that the client, which tries several times, is not waited for before the page says that something is wrong. */
const PATIENCE_MS = 1500;

/** A service that restarts closes the channel first, and then answers nothing. */
const SILENCE_MS = 300;

let watch: Watch | undefined;
let silence: ReturnType<typeof setTimeout> | undefined;

/** Finds out whether the session of before a reload goes on. */
export async function begin(): Promise<void> {
  const doubting = setTimeout(doubt, PATIENCE_MS);
  try {
    if (await client.resume()) await opened();
    else session.value = { kind: 'none' };
    reached();
  } catch {
    // It is still not known, and is asked again when the service works.
    lost('unavailable');
  } finally {
    clearTimeout(doubting);
  }
}

export async function signIn(credentials: LoginDto): Promise<Outcome<unknown>> {
  const outcome = await call(() => client.logIn(credentials));
  if (outcome.problem === undefined) await opened();
  return outcome;
}

export async function acceptInvitation(
  acceptance: Parameters<typeof client.acceptInvitation>[0],
): Promise<Outcome<unknown>> {
  const outcome = await call(() => client.acceptInvitation(acceptance));
  if (outcome.problem === undefined) await opened();
  return outcome;
}

export async function signOut(): Promise<Outcome<unknown>> {
  const stay = leave();
  const outcome = await call(() => client.logOut());
  if (outcome.problem !== undefined) stay();
  return outcome;
}

/** Reads the account again. */
export async function readUser(): Promise<Outcome<unknown>> {
  const outcome = await call(() => client.api.me.read());
  if (outcome.data !== undefined) user.value = outcome.data;
  return outcome;
}

async function opened(): Promise<void> {
  session.value = { kind: 'open' };
  seenEnds.value = new Map();
  await readUser();
  watch?.close();
  clearTimeout(silence);
  // A channel that does not open says nothing by itself.
  silence = setTimeout(doubt, PATIENCE_MS);
  watch = await client.watch(HANDLERS).catch(() => undefined);
}

const changed = () => (sessionsVersion.value += 1);

const HANDLERS: WatchHandlers = {
  onUpdate: () => {
    void readUser();
    changed();
  },
  onSessions: ({ sessionId, reason }) => {
    if (reason !== null) seenEnds.value = new Map(seenEnds.value).set(sessionId, reason);
    changed();
  },
  onConnection: (isOpen) => {
    clearTimeout(silence);
    if (isOpen) {
      // What happened while the channel was not open was not reported.
      void readUser();
      changed();
    } else silence = setTimeout(doubt, SILENCE_MS);
  },
};
