/** Runs in the page: what it sends, and whether it could read the answer. */
export async function attempt({ url, init }: { url: string; init: RequestInit }): Promise<string> {
  try {
    const response = await fetch(url, { method: 'POST', ...init });
    return response.type === 'opaque' ? 'opaque' : `read ${response.status}`;
  } catch {
    return 'blocked';
  }
}

/** Runs in the page: all that a script can see of an exchange, and of what the browser keeps, as a text. */
export const EVERYTHING = `async (url) => {
  const response = await fetch(url, { method: 'POST', credentials: 'include', headers: { 'Token-Carrier': 'cookie' } });
  const cookies = [document.cookie, await cookieStore.getAll()];
  const stored = [{ ...localStorage }, { ...sessionStorage }, await indexedDB.databases()];
  return JSON.stringify([await response.json(), [...response.headers], cookies, stored]);
}`;

/** Runs in the page: posts a form, as a click would. */
export const POST_FORM = `(action, enctype) => {
  const form = document.createElement('form');
  Object.assign(form, { action, method: 'post', enctype });
  form.innerHTML = '<input name="Token-Carrier" value="cookie"><input name="refresh_token" value="x">';
  document.body.append(form);
  setTimeout(() => form.submit());
}`;

/** Runs in the page: a frame whose origin is `null`. */
export const SANDBOX = `() => {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.srcdoc = '<p>frame</p>';
  document.body.append(frame);
}`;
