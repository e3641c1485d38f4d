import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, CDPSession, Page } from 'playwright-core';

const DESKTOP = { width: 1280, height: 800 };
/** The narrowest that WCAG 2.2 asks for (1.4.10). */
const PHONE = { width: 320, height: 640 };
const SCHEMES = ['light', 'dark'] as const;

// Some refusals of a content security policy show in no other way.
const REPORT_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('CSP: ' + event.violatedDirective + ' ' + event.blockedURI));`;

/** Resolves when the page was drawn with its latest styles. */
const PAINTED =
  'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 20))))';

/** With the rule of WCAG 2.2 (2.5.8) that axe leaves out otherwise. */
const AXE = JSON.stringify({ rules: { 'target-size': { enabled: true } } });

interface Violation {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** A browser with an empty profile on the pages of the service. It remembers what the browser complained of. */
export class ConsolePage {
  private readonly complaints: string[] = [];
  private readonly elsewhere = new Set<string>();

  private constructor(
    readonly page: Page,
    private readonly devTools: CDPSession,
  ) {
    const { complaints } = this;
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      // Chromium reports each answer of 400 and more, and each connection that fails, too. No file of a page may be missing; /admin asks for
      // the metrics, which may be on another port.
      const isOfNetwork = /^(Failed to load resource|WebSocket connection to)/.test(message.text());
      const isOfApi = !/\b404\b/.test(message.text()) || /\/(api\/|metrics$)/.test(message.location().url);
      if (message.type() === 'error' && !(isOfNetwork && isOfApi)) complaints.push(message.text());
    });
  }

  /** @param url of the service; @param path such as `account` */
  static async open(
    browser: Browser,
    url: string,
    path: string,
    options: BrowserContextOptions = {},
  ): Promise<ConsolePage> {
    const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-GB', ...options });
    const page = await context.newPage();
    await page.addInitScript(REPORT_VIOLATIONS);
    const opened = new ConsolePage(page, await context.newCDPSession(page));
    page.on('request', (request) => opened.record(new URL(request.url()), new URL(url)));
    page.on('websocket', (socket) => opened.record(new URL(socket.url()), new URL(url)));
    await page.goto(path.startsWith('http') ? path : `${url}/${path}`);
    return opened;
  }

  /** Closes it, and expects that nothing was refused, failed or loaded from elsewhere. */
  async close(): Promise<void> {
    await this.page.context().close();
    expect({ complaints: this.complaints, elsewhere: [...this.elsewhere] }).toEqual({
      complaints: [],
      elsewhere: [],
    });
  }

  async signIn({ email, password }: { email: string; password: string }): Promise<void> {
    await this.page.getByLabel('E-mail address').fill(email);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  async shows(heading: string): Promise<void> {
    await this.page.getByRole('heading', { name: heading, exact: true }).waitFor();
  }

  async says(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  /** Expects that the view has no fault for axe and fits a phone, light and dark; with `SCREENSHOTS_DIR`, keeps pictures of it. */
  async inspect(name: string): Promise<void> {
    for (const colorScheme of SCHEMES) {
      await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
        await this.page.setViewportSize(viewport);
        await this.evaluate(PAINTED);
        await this.keepPicture(`${name}-${size}-${colorScheme}`);
        const width = await this.evaluate<number>('document.documentElement.scrollWidth');
        expect({ name, size, width }).toEqual({ name, size, width: viewport.width });
        expect({ name, size, colorScheme, faults: await this.faults() }).toEqual({
          name,
          size,
          colorScheme,
          faults: [],
        });
      }
    }
    await this.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  }

  /** Past the policy of the page, which forbids what Playwright evaluates. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.devTools.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return result.value as Value;
  }

  private async faults(): Promise<string[]> {
    await this.evaluate(`${axe.source}; undefined`);
    const violations = await this.evaluate<Violation[]>(
      `axe.run(${AXE}).then((result) => result.violations)`,
    );
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary ?? ''}`).join(' | ')}`,
    );
  }

  private async keepPicture(name: string): Promise<void> {
    const folder = process.env['SCREENSHOTS_DIR'];
    if (folder === undefined) return;
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  /** Data URLs are part of the page. */
  private record({ protocol, host }: URL, { host: own }: URL): void {
    if (protocol !== 'data:' && host !== own) this.elsewhere.add(host);
  }
}
