import { signal } from '@preact/signals';
import { below } from './root.js';

/** What the service says of itself to its pages (`console/config.json`). */
export interface Settings {
  readonly name: string;
  /** Whether there is one at `console/logo`. */
  readonly has_logo: boolean;
  /** Of buttons and links; the second one for dark surroundings. */
  readonly color: { readonly light: string; readonly dark: string };
  readonly registration: 'open' | 'invite' | 'closed';
  /** Whether a registration is answered alike for every address. */
  readonly silent: boolean;
  readonly verified_email_required: boolean;
  /** Whether mails are sent. */
  readonly mail: boolean;
  readonly roles: readonly string[];
  readonly default_role: string;
  /** Of mails. */
  readonly languages: readonly string[];
  /** From the request to delete an account to its erasure; 0 for at once. */
  readonly deletion_grace_days: number;
  readonly password: { readonly min: number; readonly max: number };
}

export const settings = signal<Settings | undefined>();

/** Reads them, and asks again until there is an answer. */
export async function readSettings(waitedMs = 500): Promise<void> {
  const answer = await fetch(below('console/config.json')).catch(() => undefined);
  if (answer?.ok === true) {
    const read = (await answer.json()) as Settings;
    show(read);
    settings.value = read;
  } else {
    await new Promise((resolve) => setTimeout(resolve, waitedMs));
    await readSettings(Math.min(waitedMs * 2, 4000));
  }
}

function show({ color }: Settings): void {
  const { style } = document.documentElement;
  style.setProperty('--accent-light', color.light);
  style.setProperty('--accent-dark', color.dark);
}
