import { signal } from '@preact/signals';

const STEP_MS = 20_000;

/** The time of this device, as often as texts such as "5 minutes ago" need it. */
export const now = signal(Date.now());

setInterval(() => (now.value = Date.now()), STEP_MS);
