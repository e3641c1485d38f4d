import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';

export interface Execution {
  status: number;
  /** As the page shows it. */
  shown: string;
}

// Some refusals of a content security policy show in no other way.
const REPORT_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('CSP: ' + event.violatedDirective + ' ' + event.blockedURI));`;

/** The documentation in a browser, used as a person does: by what is on the page. */
export class ApiDocsPage {
  /** Everything that the page complained of, as "text (where)". */
  readonly complaints: string[] = [];
  /** The origins of everything that the page asked for. */
  readonly origins = new Set<string>();

  private constructor(
    readonly page: Page,
    private readonly screenshots: string,
  ) {
    page.on('request', (request) => this.recordOrigin(new URL(request.url())));
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${message.text()} (${message.location().url})`);
    });
  }

  /** @param screenshots the folder that {@link screenshot} writes to */
  static async create(browser: Browser, screenshots: string): Promise<ApiDocsPage> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.addInitScript(REPORT_VIOLATIONS);
    return new ApiDocsPage(page, screenshots);
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url, { waitUntil: 'networkidle' });
    await this.page.locator('.opblock').first().waitFor();
  }

  async unfold(operationId: string): Promise<void> {
    await this.operation(operationId).locator('.opblock-summary-control').click();
    await this.operation(operationId).locator('.execute').waitFor();
  }

  /** Presses Execute of an unfolded operation, with what its form holds, and waits for the answer. */
  async execute(operationId: string): Promise<Execution> {
    const operation = this.operation(operationId);
    const answered = this.page.waitForResponse((response) => response.url().includes('/api/v1/'));
    await operation.locator('.execute').click();
    const status = (await answered).status();
    const live = operation.locator('.live-responses-table tbody');
    await live.locator('.response-col_status', { hasText: String(status) }).waitFor();
    return { status, shown: await live.innerText() };
  }

  /** Logs in through the Authorize dialog and closes it. */
  async authorize(username: string, password: string): Promise<void> {
    await this.page.locator('.scheme-container .btn.authorize').click();
    const dialog = this.page.locator('.dialog-ux');
    await dialog.locator('#oauth_username').fill(username);
    await dialog.locator('#oauth_password').fill(password);
    await this.screenshot('authorize');
    await dialog.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
    await dialog.getByRole('heading', { name: 'Authorized' }).waitFor();
    await dialog.locator('.btn-done').first().click();
  }

  /** Ids of the operations with a padlock. */
  async locked(): Promise<string[]> {
    const padlocks = this.page.locator('.opblock:has(.authorization__btn)');
    return padlocks.evaluateAll((operations) =>
      operations.map(({ id }) => id.replace(/^operations-[a-z]+-/, '')),
    );
  }

  /** Of the page as far as it is in view, or of an operation in full. */
  async screenshot(name: string, operationId?: string): Promise<void> {
    const target = operationId === undefined ? this.page : this.operation(operationId);
    await target.screenshot({ path: join(this.screenshots, `${name}.png`) });
  }

  /** Data URLs are part of the page. */
  private recordOrigin({ protocol, origin }: URL): void {
    if (protocol !== 'data:') this.origins.add(origin);
  }

  private operation(operationId: string) {
    return this.page.locator(`.opblock[id$='-${operationId}']`).first();
  }
}
