import { computed, signal } from '@preact/signals';
import { query } from '../shared/router.js';

/** Increases when what is shown may have changed: after an action of this page, and when somebody comes back to its window. */
export const changes = signal(0);

export const changed = (): void => {
  changes.value += 1;
};

addEventListener('focus', changed);

/** Changes with {@link changes}, and with the filters in the address. */
export const listVersion = computed(() => `${changes.value}${query.value}`);
