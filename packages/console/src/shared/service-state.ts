import { signal } from '@preact/signals';
import { below } from './root.js';

/** `unreachable`: no answer at all; `unavailable`: the service answers that it cannot work, mostly without its database. */
export type Loss = 'unreachable' | 'unavailable';

/** What is wrong with the service as of the last request, if anything is. */
export const loss = signal<Loss | undefined>();
/** Increases each time when the service works again: what could not be read is read again. */
export const returns = signal(0);

const FIRST_MS = 500;
const LONGEST_MS = 4000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** A request has shown that the service does not work now: asks until it does. */
export function lost(kind: Loss): void {
  loss.value = kind;
  timer ??= setTimeout(doubt, FIRST_MS);
}

/** Something takes long, or has failed for a reason that is not known: asks whether the service works. */
export function doubt(): void {
  clearTimeout(timer);
  void ask(FIRST_MS);
}

/** A request was answered. */
export function reached(): void {
  if (loss.value === undefined) return;
  clearTimeout(timer);
  timer = undefined;
  loss.value = undefined;
  returns.value += 1;
}

async function ask(waitedMs: number): Promise<void> {
  // Not by the client: this asks for the state alone, without a token.
  const answer = await fetch(below('health/ready'), { cache: 'no-store' }).catch(() => undefined);
  if (answer?.ok === true) {
    reached();
    return;
  }
  loss.value = answer === undefined ? 'unreachable' : 'unavailable';
  const nextMs = Math.min(waitedMs * 2, LONGEST_MS);
  timer = setTimeout(() => void ask(nextMs), nextMs);
}

addEventListener('offline', () => lost('unreachable'));
addEventListener('online', () => {
  if (loss.value !== undefined) doubt();
});
