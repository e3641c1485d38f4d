import type { Browser } from 'playwright-core';
import { api } from '../support/app/api-client.js';
import { AppProcess } from '../support/app/app-process.js';
import { launchBrowser } from '../support/app/browser.js';
import { makeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { ApiDocsPage } from './support/api-docs-page.js';

// What the page fills in by itself.
const EMAIL = 'ada@example.org';
const PASSWORD = 'correct horse battery';

describe('the documentation in a browser', () => {
  let app: AppProcess;
  let browser: Browser;
  let screenshots: string;

  beforeAll(async () => {
    screenshots = process.env['SCREENSHOT_DIR'] ?? (await makeTemporaryDirectory('screenshots'));
    app = await AppProcess.start();
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await app.stop();
  });

  it('leads from registration to a token that is revoked', async () => {
    const docs = await ApiDocsPage.create(browser, screenshots);
    await docs.open(`${app.url}/api/docs`);
    await docs.screenshot('overview');

    await docs.unfold('Auth_register');
    const registration = await docs.execute('Auth_register');
    await docs.screenshot('registered', 'Auth_register');
    expect(registration).toMatchObject({ status: 201, shown: expect.stringContaining(EMAIL) });

    await docs.authorize(EMAIL, PASSWORD);
    await docs.unfold('Sessions_list');
    const sessions = await docs.execute('Sessions_list');
    await docs.screenshot('sessions', 'Sessions_list');
    expect(sessions).toMatchObject({ status: 200, shown: expect.stringContaining('"current": true') });

    await docs.unfold('Auth_logout');
    await expect(docs.execute('Auth_logout')).resolves.toMatchObject({ status: 200 });
    expect(docs.complaints).toEqual([]);

    const refused = await docs.execute('Sessions_list');
    await docs.screenshot('revoked', 'Sessions_list');
    expect(refused).toMatchObject({
      status: 401,
      shown: expect.stringContaining('"detail": "Token has been revoked"'),
    });
    expect(docs.complaints).toEqual([expect.stringMatching(/status of 401 .*\/api\/v1\/sessions/)]);
    expect([...docs.origins]).toEqual([app.url]);
  });

  it('shows markup in an answer as text', async () => {
    const markup = '<img src="/marked-up" onerror="document.title=1">';
    const account = { email: 'markup@example.org', password: PASSWORD };
    const client = api(app.url);
    await client.post('/api/v1/auth/register', { ...account, full_name: markup });
    const docs = await ApiDocsPage.create(browser, screenshots);
    await docs.open(`${app.url}/api/docs`);
    await docs.authorize(account.email, account.password);
    await docs.unfold('Me_read');
    const { shown } = await docs.execute('Me_read');
    expect(shown).toContain('onerror=');
    await expect(docs.page.locator('img[src="/marked-up"]').count()).resolves.toBe(0);
    expect(docs.complaints).toEqual([]);
  });

  it('shows a padlock on operations that need a token and on no others', async () => {
    const docs = await ApiDocsPage.create(browser, screenshots);
    await docs.open(`${app.url}/api/docs`);
    const locked = await docs.locked();
    expect(locked).toEqual(expect.arrayContaining(['Auth_logout', 'Me_read', 'Sessions_list', 'Users_list']));
    expect(
      locked.filter((id) => /^(Auth_(register|login|loginJson|refresh)|Health_|Info_)/.test(id)),
    ).toEqual([]);
  });

  // Swagger UI behaves differently on a loopback address: only elsewhere would it ask its vendor to validate.
  it('loads nothing from other origins when it is served under a public name', async () => {
    const docs = await ApiDocsPage.create(browser, screenshots);
    await docs.page.route('https://docs.example/**', async (route) => {
      const url = route.request().url().replace('https://docs.example', app.url);
      await route.fulfill({ response: await route.fetch({ url }) });
    });
    await docs.open('https://docs.example/api/docs');
    // The icon may still be on its way.
    await docs.page.unrouteAll({ behavior: 'wait' });
    expect([...docs.origins]).toEqual(['https://docs.example']);
    expect(docs.complaints).toEqual([]);
  });
});
