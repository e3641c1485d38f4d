/* global document, FormData */
import { createClient } from '/client/index.js';
import { textOfEnd, textOfError, WITHOUT_ANSWER } from './texts.mjs';

const [form, section, title, status] = ['form', 'section', 'h1', '[role=status]'].map((selector) =>
  document.querySelector(selector),
);

// The browser keeps the refresh token, in a cookie that no script can read. The access token is in the memory of this page.
const client = createClient({
  baseUrl: document.documentElement.dataset.service,
  carrier: 'cookie',
  onEnd: ({ reason }) => {
    show(undefined);
    status.textContent = textOfEnd(reason);
  },
});

/** Shows the account, or the form without a user. */
function show(user) {
  form.hidden = user !== undefined;
  section.hidden = user === undefined;
  title.textContent = user?.full_name ?? '';
  // The password stays in no hidden field.
  if (user !== undefined) form.reset();
}

/** @param work resolves to a result of the client */
async function run(work) {
  const buttons = document.querySelectorAll('button');
  for (const button of buttons) button.disabled = true;
  status.textContent = '';
  try {
    const { error, response } = await work();
    if (error !== undefined) status.textContent = textOfError(error, response);
  } catch (error) {
    console.error(error);
    status.textContent = WITHOUT_ANSWER;
  }
  for (const button of buttons) button.disabled = false;
}

async function enter() {
  const result = await client.api.me.read();
  if (result.data !== undefined) {
    show(result.data);
    // Calls onEnd at once when the session ends, wherever that is done.
    await client.watch({ onUpdate: show });
  }
  return result;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const credentials = Object.fromEntries(new FormData(form));
  void run(async () => {
    const login = await client.logIn(credentials);
    return login.error === undefined ? enter() : login;
  });
});

section.querySelector('button').addEventListener('click', () => void run(() => client.logOut()));

// After a reload, and in a new tab.
await run(async () => {
  if (await client.resume()) return enter();
  show(undefined);
  return {};
});
