import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { api } from '../support/app/api-client.js';
import { BUNDLED } from '../runtime/lock-file.js';
import { launchBrowser } from '../support/app/browser.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { ConsolePage } from './support/console-page.js';
import { Deployment, expectProblem } from './support/suite.js';

const MAX_BYTES = 60 * 1024;
const DIST = 'packages/console/dist';
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="28" height="28"><circle cx="14" cy="14" r="12"/></svg>';
const MAIL_PAGES = [
  'reset-password',
  'verify-email',
  'finish-registration',
  'undo-email-change',
  'undo-deletion',
  'end-sessions',
  'accept-invitation',
];

describe('the pages of the service', () => {
  let deployment: Deployment;
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = await makeTemporaryDirectory('logo');
    writeFileSync(join(folder, 'logo.svg'), LOGO);
    const brand = {
      CONSOLE_NAME: 'Acme accounts',
      CONSOLE_COLOR: '#0b5d3b',
      CONSOLE_LOGO: join(folder, 'logo.svg'),
    };
    deployment = await Deployment.start({
      instances: [
        { PUBLIC_URL: 'https://example.org/auth' },
        { CONSOLE: 'off' },
        { ...brand, REGISTRATION: 'invite' },
        { REGISTRATION: 'closed' },
      ],
    });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await deployment.stop();
    await removeTemporaryDirectory(folder);
  });

  const ask = (path: string, headers: Record<string, string> = {}, instance = 0) =>
    fetch(deployment.apps[instance]!.url + path, { headers });

  it('answer each path of /account and /admin, with a policy that permits nothing inline and nothing from elsewhere', async () => {
    for (const path of ['/account', '/account/devices', '/account/a/b', '/admin', '/admin/users']) {
      const response = await ask(path);
      const html = await response.text();
      expect({ path, status: response.status }).toEqual({ path, status: 200 });
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
      expect(policy).toContain(
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      );
      expect(policy).not.toContain('unsafe');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?:/);
      // The proxy of this PUBLIC_URL has the service below a path.
      expect(html).toContain('src="/auth/console/assets/');
    }
  });

  it('have assets that are kept for ever, and come compressed to browsers that ask for that', async () => {
    const [name] = readdirSync(`${DIST}/assets`).filter((file) => file.endsWith('.js'));
    const plain = await ask(`/console/assets/${name}`, { 'accept-encoding': 'identity' });
    const brotli = await ask(`/console/assets/${name}`, { 'accept-encoding': 'gzip, deflate, br' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(brotli.headers.get('content-encoding')).toBe('br');
    for (const { headers } of [plain, brotli]) {
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(headers.get('vary')).toContain('accept-encoding');
      expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    }
    await expect(brotli.text()).resolves.toBe(await plain.text());
  });

  it('are no way to files beside the assets', async () => {
    const client = api(deployment.apps[0]!.url);
    for (const path of ['..%2faccount.html', '%2e%2e%2f%2e%2e%2fpackage.json', 'missing.js', '__proto__'])
      expectProblem(await client.get(`/console/assets/${path}`), 404, 'not_found');
    client.close();
  });

  it('are given the rules of the service, and no secret', async () => {
    const settings = (await (await ask('/console/config.json')).json()) as object;
    expect(Object.keys(settings).sort()).toEqual([
      'color',
      'default_role',
      'deletion_grace_days',
      'has_logo',
      'languages',
      'mail',
      'name',
      'password',
      'registration',
      'roles',
      'silent',
      'verified_email_required',
    ]);
  });

  it('have an icon of their own, and say which licences their scripts are under', async () => {
    const html = await (await ask('/account')).text();
    expect(html).toContain('<link rel="icon" href="/auth/console/icon"');
    const [drawn, logo] = await Promise.all([ask('/console/icon'), ask('/console/icon', {}, 2)]);
    for (const { status, headers } of [drawn, logo]) {
      expect({ status, type: headers.get('content-type') }).toEqual({ status: 200, type: 'image/svg+xml' });
      expect(headers.get('content-security-policy')).toContain('sandbox');
    }
    await expect(logo.text()).resolves.toBe(LOGO);
    const licences = await ask('/console/licences.txt');
    const text = await licences.text();
    expect(licences.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(text.match(/^\S+ \d+\.\d+\.\d+ \(MIT\)$/gm)).toHaveLength(BUNDLED.length);
    for (const name of BUNDLED)
      expect(text).toMatch(new RegExp(`^${name} \\d[^]*?Permission is hereby`, 'm'));
    for (const file of readdirSync(`${DIST}/assets`).filter((each) => each.endsWith('.js')))
      expect(readFileSync(`${DIST}/assets/${file}`, 'utf8')).toMatch(
        /^\/\*! Licences[^\n]*licences\.txt \*\//,
      );
  });

  it(`need at most ${MAX_BYTES / 1024} KiB, compressed, for /account`, () => {
    const html = readFileSync(`${DIST}/account.html`, 'utf8');
    const names = [...html.matchAll(/assets\/([\w.-]+)"/g)].map(([, name = '']) => name);
    const bytes = names.reduce((sum, name) => sum + statSync(`${DIST}/assets/${name}.br`).size, 0);
    process.stdout.write(`/account: ${(bytes / 1024).toFixed(1)} KiB in ${names.length} files\n`);
    expect(names.length).toBeGreaterThan(1);
    expect(bytes).toBeLessThan(MAX_BYTES);
    expect(readdirSync(`${DIST}/assets`).filter((name) => name.endsWith('.map'))).toEqual([]);
  });

  it('have the configured name, logo and colour, and say that accounts are by invitation', async () => {
    const one = await ConsolePage.open(browser, deployment.apps[2]!.url, 'account');
    await one.says('Acme accounts');
    await one.says('Accounts are by invitation');
    await expect(one.page.getByRole('link', { name: 'Create an account' }).count()).resolves.toBe(0);
    await expect(one.evaluate("document.querySelector('.brand img').naturalWidth")).resolves.toBe(28);
    const color = "getComputedStyle(document.querySelector('button.primary')).backgroundColor";
    await expect(one.evaluate(color)).resolves.toBe('rgb(11, 93, 59)');
    await one.inspect('sign-in-brand');
    await one.page.goto(`${deployment.apps[2]!.url}/account/sign-up`);
    await one.says('Accounts are by invitation');
    await expect(one.page.locator('form').count()).resolves.toBe(0);
    await one.close();
  });

  it('say that accounts are created by an administrator where registration is closed', async () => {
    const one = await ConsolePage.open(browser, deployment.apps[3]!.url, 'account/sign-up');
    await one.says('Accounts are created by an administrator.');
    await one.inspect('sign-up-closed');
    await one.close();
  });

  it('do not exist with CONSOLE=off, and the links of mails lead to pages all the same', async () => {
    for (const path of ['/account', '/account/devices', '/admin', '/admin/users', '/console/config.json'])
      expect({ path, status: (await ask(path, {}, 1)).status }).toEqual({ path, status: 404 });
    for (const page of MAIL_PAGES)
      expect({ page, status: (await ask(`/account/${page}`, {}, 1)).status }).toEqual({ page, status: 200 });
  });
});
