import { createClient } from '@ergodrive/client';
import { ROOT } from './root.js';
import { ended } from './session-state.js';

/** The only way of the pages to the API. */
export const client = createClient({ baseUrl: ROOT, onEnd: ended });

/** Takes the session of before a reload up again. @returns whether there is one */
export const resume = async (): Promise<boolean> => Promise.resolve(false);
