import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AppProcess } from '../../../test/support/app/app-process.js';
import { makeTemporaryDirectory } from '../../../test/support/files/temporary-directory.js';
import { startService } from './service.js';

const CLIENTS = fileURLToPath(new URL('../../../docs/clients.md', import.meta.url));

/** What a browser has beside Node.js, and a story that prints what the recipe answered. */
const story = (accounts: object[]) => `
  const items = new Map();
  globalThis.localStorage = {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
  let last = Promise.resolve();
  const request = (name, work) => (last = last.catch(() => undefined).then(work));
  Object.defineProperty(globalThis, 'navigator', { value: { locks: { request } } });
  globalThis.addEventListener = () => undefined;

  const accounts = ${JSON.stringify(accounts)};
  const log = (...values) => console.log(values.map(String).join(' '));
  const statusOf = async (answer) => (await answer)?.status;
  const stored = () => JSON.parse(localStorage.getItem('auth'));
  const spoil = () => {
    const state = stored();
    localStorage.setItem('auth', JSON.stringify({ ...state, accessToken: state.accessToken.slice(0, -43) + 'A'.repeat(43) }));
    return state;
  };
  const exchanges = [];
  const send = fetch;
  globalThis.fetch = async (url, options) => {
    if (!url.endsWith('/auth/refresh')) return send(url, options);
    exchanges.push(options.headers['idempotency-key']);
    if (exchanges.length < 3) return new Response('{}', { status: 429, headers: { 'retry-after': '0' } });
    return send(url, options);
  };
  const { logIn, logOut, request: ask } = await import('./recipe.mjs');

  await logIn(accounts[0].email, accounts[0].password);
  log('login', await statusOf(ask('/users/me')));
  const { login, refreshToken } = spoil();
  log('refresh', ...(await Promise.all([1, 2, 3].map(() => statusOf(ask('/users/me'))))));
  log('exchanges', exchanges.length, new Set(exchanges).size, stored().login === login, stored().refreshToken !== refreshToken);
  spoil();
  const refused = ask('/users/me', { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"full_name":"Else"}' });
  await logIn(accounts[1].email, accounts[1].password);
  log('other login', await statusOf(refused), (await (await ask('/users/me')).json()).full_name);
  log('logout', await logOut(), stored(), await statusOf(ask('/users/me')), localStorage.getItem('device') !== null);
`;

describe('the recipe of docs/clients.md', () => {
  let service: AppProcess;
  beforeAll(async () => (service = await startService()));
  afterAll(() => service.stop());

  it('refreshes once for all requests, and repeats none with the token of a later login', async () => {
    const markdown = await readFile(CLIENTS, 'utf8');
    const recipe = /```js\n(const API.*?)```/s.exec(markdown)?.[1] ?? '';
    const folder = await makeTemporaryDirectory('recipe');
    await writeFile(join(folder, 'recipe.mjs'), recipe.replace('https://auth.example.org', service.url));
    const accounts = [1, 2].map(() => ({
      email: `${randomUUID()}@example.org`,
      password: 'correct horse battery',
      full_name: 'Ada Lovelace',
    }));
    for (const account of accounts)
      await fetch(`${service.url}/api/v1/auth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(account),
      });
    await writeFile(join(folder, 'story.mjs'), story(accounts));
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'story.mjs')]);
    expect(stdout.trim().split('\n')).toEqual([
      'login 200',
      'refresh 200 200 200',
      'exchanges 3 1 true true',
      'other login undefined Ada Lovelace',
      'logout true null undefined true',
    ]);
  });
});
