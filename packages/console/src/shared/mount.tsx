import { effect } from '@preact/signals';
import { type ComponentType, render } from 'preact';
import '../styles/page.css';
import { language } from './language.js';
import { returns } from './service-state.js';
import { begin } from './session.js';
import { session } from './session-state.js';
import { readSettings } from './settings.js';

/** Shows a page once the service has said what it is, and whether somebody is signed in. */
export async function mount(Page: ComponentType): Promise<void> {
  const place = document.getElementById('page');
  if (place === null) throw new Error('the page has no place for its content');
  effect(() => {
    document.documentElement.lang = language.value;
  });
  await readSettings();
  place.replaceChildren();
  render(<Page />, place);
  // Without an answer it is not known whether there is a session: asked again when the service works.
  effect(() => {
    if (returns.value >= 0 && session.peek().kind === 'unknown') void begin();
  });
}
