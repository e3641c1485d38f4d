import type { ApiClient } from '../../support/app/api-client.js';
import type { Account } from './accounts.js';
import type { ConsolePage } from './console-page.js';
import { ConsoleSuite } from './console-suite.js';
import { ADMIN, type DeploymentOptions } from './deployment.js';

/** The views of `/admin` whose paths have no id. */
export const ADMIN_VIEWS = [
  'people',
  'people/new',
  'invitations',
  'invitations/new',
  'clients',
  'clients/new',
  'audit',
  'health',
  'danger',
];

/** The pages with the first admin, in a browser and by the API. */
export class AdminSuite {
  private constructor(
    readonly console: ConsoleSuite,
    /** With the token of the first admin. */
    readonly api: ApiClient,
  ) {}

  static async start(
    variables: Readonly<Record<string, string>> = {},
    options: Omit<DeploymentOptions, 'instances' | 'port'> = {},
  ): Promise<AdminSuite> {
    const suite = await ConsoleSuite.start(variables, options);
    return new AdminSuite(suite, await suite.deployment.admin());
  }

  get url(): string {
    return this.console.url;
  }

  stop(): Promise<void> {
    return this.console.stop();
  }

  /** A browser of its own in which the first admin has signed in on a view of `/admin`. */
  async admin(path = 'admin', heading = 'People'): Promise<ConsolePage> {
    const page = await this.console.open(path);
    await page.signIn(ADMIN);
    await page.shows(heading);
    return page;
  }

  /** Leads an admin to the page of an account, whose name is that of all accounts of suites. */
  async show(admin: ConsolePage, { id }: Pick<Account, 'id'>): Promise<void> {
    await admin.page.goto(`${this.url}/admin/people/${id}`);
    await admin.shows('Test Account');
    await admin.shows('Sessions');
  }

  /** How many live channels are open. */
  async channels(): Promise<number> {
    const { body } = await this.api.get<string>('/metrics');
    return Number(/^ergodrive_live_channels (\d+)$/m.exec(body)?.[1]);
  }

  /** Another admin. */
  async another(): Promise<Account> {
    const account = await this.console.deployment.accounts().register();
    await this.api.patch(`/api/v1/users/${account.id}`, { role: 'admin' });
    return account;
  }
}
