import { launchBrowser } from './browser.js';

describe('launchBrowser', () => {
  it('shows a page', async () => {
    const browser = await launchBrowser();
    const page = await browser.newPage();
    await page.setContent('<h1>Hello</h1>');
    await expect(page.textContent('h1')).resolves.toBe('Hello');
    await browser.close();
  });
});
