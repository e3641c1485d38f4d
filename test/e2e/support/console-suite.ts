import type { Browser, BrowserContextOptions } from 'playwright-core';
import { launchBrowser } from '../../support/app/browser.js';
import { MailFolder } from '../../support/mail/mail-folder.js';
import { freePort } from '../../support/network/free-port.js';
import type { Credentials } from './accounts.js';
import { ConsolePage } from './console-page.js';
import { Deployment, type DeploymentOptions } from './deployment.js';

/** A deployment whose mails lead to its own pages, and a browser. */
export class ConsoleSuite {
  private constructor(
    readonly deployment: Deployment,
    readonly mails: MailFolder,
    private readonly browser: Browser,
  ) {}

  static async start(
    variables: Readonly<Record<string, string>> = {},
    options: Omit<DeploymentOptions, 'instances' | 'port'> = {},
  ): Promise<ConsoleSuite> {
    const port = await freePort();
    const mails = await MailFolder.make();
    const own = { ...mails.variables, PUBLIC_URL: `http://127.0.0.1:${port}`, CONSOLE_NAME: 'Example' };
    const instances = [{ ...own, ...variables }];
    const deployment = await Deployment.start({ ...options, instances, port });
    return new ConsoleSuite(deployment, mails, await launchBrowser());
  }

  get url(): string {
    return this.deployment.apps[0]!.url;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.deployment.stop();
    await this.mails.remove();
  }

  /** A browser of its own on a path or a link. */
  open(path = 'account', options: BrowserContextOptions = {}): Promise<ConsolePage> {
    return ConsolePage.open(this.browser, this.url, path, options);
  }

  /** A browser of its own in which the account is signed in. */
  async signedIn(account: Credentials, options: BrowserContextOptions = {}): Promise<ConsolePage> {
    const page = await this.open('account', options);
    await page.signIn(account);
    await page.shows('Your devices');
    return page;
  }

  /** The link of a mail to the page. */
  async link(email: string, page: string): Promise<string> {
    const { links } = await this.mails.open(email, `account/${page}`);
    return links.find((link) => new URL(link).pathname === `/account/${page}`)!;
  }
}
