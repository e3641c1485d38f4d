import { batch, signal } from '@preact/signals';
import { ROOT } from './root.js';

const here = () => location.pathname.slice(ROOT.length).replace(/\/+$/, '');

/** The path of the view, without slashes at its ends, such as `account/devices`. */
export const path = signal(here());
/** What follows the path in the address, such as `?q=ada`. */
export const query = signal(location.search);

/** Shows the view of a path, which a query may follow. With `replace`, the way back does not lead to the view of before. */
export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === path.value + query.value) return;
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', ROOT + to);
  read();
  scrollTo(0, 0);
}

const read = () =>
  batch(() => {
    path.value = here();
    query.value = location.search;
  });
addEventListener('popstate', read);

/** Takes the token of a mail out of the address, so that neither the history nor a look at the screen has it. */
export function takeToken(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
  if (location.hash !== '') history.replaceState(null, '', location.pathname);
  return token;
}
