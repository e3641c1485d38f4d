import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { AppProcess } from '../support/app/app-process.js';
import { launchBrowser } from '../support/app/browser.js';
import { framed, type View } from './frame.js';

/** Makes the pictures of the README: starts the built service, uses its pages in browsers, and writes docs/pictures. */
const FOLDER = 'docs/pictures';
const MAX_BYTES = 60_000;
const VIEW = { width: 560, height: 600 };
const WIDE = { width: 1120, height: 720 };
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0';
const ADMIN = { email: 'grace@example.org', password: 'admin-Test1234' };
const ADA = { email: 'ada@example.org', password: 'correct horse battery', full_name: 'Ada Lovelace' };

const app = await AppProcess.start({
  env: { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, CONSOLE_NAME: 'Example accounts' },
});
const browser = await launchBrowser();
try {
  await register();
  await mkdir(FOLDER, { recursive: true });
  await keep('two-browsers.webp', await twoBrowsers(browser));
  await keep('admin.webp', await adminView(browser));
} finally {
  await browser.close();
  await app.stop();
}

async function register(): Promise<void> {
  const response = await fetch(`${app.url}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADA),
  });
  if (!response.ok) throw new Error(`The registration was answered by ${response.status}`);
}

/** One click in the browser on the left has ended the session of the other one. */
async function twoBrowsers(from: Browser): Promise<View[]> {
  const left = await signedIn(from, 'account', ADA);
  const right = await signedIn(from, 'account', ADA, FIREFOX);
  await left.getByRole('button', { name: 'End Firefox 132 on Windows' }).click();
  await right.getByRole('heading', { name: 'This session was ended' }).waitFor();
  await left.getByText('Ended', { exact: true }).waitFor();
  return [
    { title: 'One click here …', picture: await taken(left), ...VIEW },
    { title: '… ends the session there', picture: await taken(right), ...VIEW },
  ];
}

async function adminView(from: Browser): Promise<View[]> {
  const phone = await signedIn(from, 'account', ADA, FIREFOX);
  const page = await signedIn(from, 'admin/people', ADMIN, undefined, WIDE);
  await page.getByRole('link', { name: ADA.full_name }).click();
  await page.getByRole('heading', { name: 'Recent events' }).waitFor();
  await page.getByText('Firefox 132 on Windows').first().waitFor();
  await phone.close();
  return [{ title: 'The sessions of a person, for admins', picture: await taken(page), ...WIDE }];
}

async function signedIn(
  from: Browser,
  path: string,
  { email, password }: { email: string; password: string },
  userAgent?: string,
  viewport = VIEW,
): Promise<Page> {
  const context = await from.newContext({
    viewport,
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...(userAgent === undefined ? {} : { userAgent }),
  });
  const page = await context.newPage();
  await page.goto(`${app.url}/${path}`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return page;
}

async function taken(page: Page): Promise<string> {
  await page.mouse.move(0, 0);
  return (await page.screenshot()).toString('base64');
}

/** Puts the views side by side, each with the frame of a browser, and writes them as one small file. */
async function keep(name: string, views: readonly View[]): Promise<void> {
  const { html, width, height } = framed(views);
  const page = await browser.newPage({ viewport: { width, height } });
  await page.setContent(html);
  const devTools = await page.context().newCDPSession(page);
  const { data } = await devTools.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  const content = Buffer.from(data, 'base64');
  if (content.length > MAX_BYTES)
    throw new Error(`${name} has ${content.length} bytes, more than ${MAX_BYTES}`);
  await writeFile(join(FOLDER, name), content);
  console.log(`${FOLDER}/${name}: ${content.length} bytes`);
  await page.close();
}
