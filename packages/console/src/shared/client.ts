import { createClient } from '@ergodrive/client';
import { ROOT } from './root.js';
import { ended } from './session-state.js';

/** The only way of the pages to the API. The browser keeps the refresh token where no script can read it. */
export const client = createClient({ baseUrl: ROOT, carrier: 'cookie', onEnd: ended });
