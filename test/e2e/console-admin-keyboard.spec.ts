import { randomUUID } from 'node:crypto';
import { waitFor } from '../support/wait-for.js';
import { ADMIN_VIEWS, AdminSuite } from './support/admin-suite.js';
import type { ConsolePage } from './support/console-page.js';

/** What the Tab key must reach in a view; of radio buttons and the like there are none. */
const ACTIONS = `[...document.querySelectorAll('a[href], button, input, select')].filter((it) => it.checkVisibility())`;
const FOCUSED =
  "[document.activeElement].map((it) => it === document.body ? 'body' : it.ariaLabel || it.name || it.innerText || it.localName)[0]";

describe('/admin by the keyboard', () => {
  let suite: AdminSuite;
  let admin: ConsolePage;
  let person: string;
  let client: string;
  let invited: string;
  beforeAll(async () => {
    suite = await AdminSuite.start();
    const accounts = suite.console.deployment.accounts();
    const account = await accounts.register();
    await accounts.login(account);
    person = `people/${account.id}`;
    client = `clients/${(await suite.console.deployment.registerClient()).client_id}`;
    invited = `${randomUUID()}@example.org`;
    await suite.api.post('/api/v1/invitations', { email: invited, role: 'student' });
    admin = await suite.admin();
  });
  afterAll(async () => {
    await admin.close();
    await suite.stop();
  });

  const focused = () => admin.evaluate<string>(FOCUSED);
  const go = async (path: string) => {
    await admin.page.goto(`${suite.url}/admin/${path}`);
    await admin.page.locator('main h1').waitFor();
    await admin.page.waitForLoadState('networkidle');
    await admin.page.locator('.loading').first().waitFor({ state: 'detached' });
  };

  it('is used by the keyboard alone, and its dialogs keep the focus', async () => {
    const account = await suite.console.deployment.accounts().register();
    await suite.console.deployment.accounts().login(account);
    await admin.page.goto(`${suite.url}/admin/people?q=${account.email}`);
    const { keyboard } = admin.page;
    await admin.says('1 to 1 of 1');
    const tabTo = async (name: string) => {
      for (let step = 0; step < 40; step += 1) {
        await keyboard.press('Tab');
        if ((await focused()).startsWith(name)) return;
      }
      throw new Error(`the Tab key does not reach ${name}`);
    };
    await tabTo('Test Account');
    await keyboard.press('Enter');
    await admin.shows('Test Account');
    await expect(focused()).resolves.toBe('Test Account');
    await admin.says('Unknown device');
    await tabTo('End all sessions');
    await keyboard.press('Enter');
    await admin.page.getByRole('dialog').waitFor();
    const seen = new Set<string>();
    for (let step = 0; step < 6; step += 1) {
      seen.add(await focused());
      await keyboard.press('Tab');
    }
    // What is not of the dialog is the frame of the browser.
    seen.delete('body');
    seen.delete('dialog');
    expect([...seen].sort()).toEqual(['Cancel', 'End all sessions']);
    await keyboard.press('Escape');
    await expect(focused()).resolves.toBe('End all sessions');
  });

  it('reaches every link, button and input of each view by the Tab key, in the order of the page', async () => {
    for (const path of [...ADMIN_VIEWS, person, client]) {
      await go(path);
      await admin.evaluate(`globalThis.wanted = ${ACTIONS}; document.activeElement.blur(); undefined`);
      const count = await admin.evaluate<number>('wanted.length');
      const reached: number[] = [];
      // A field for a time has several stops.
      for (let step = 0; step < 3 * count && new Set(reached).size < count; step += 1) {
        await admin.page.keyboard.press('Tab');
        const index = await admin.evaluate<number>('wanted.indexOf(document.activeElement)');
        if (index >= 0 && index !== reached.at(-1)) reached.push(index);
      }
      expect({ path, reached }).toEqual({
        path,
        reached: Array.from({ length: count }, (_, index) => index),
      });
    }
  });

  it('goes back to the button that has asked, from each question', async () => {
    const questions: [path: string, button: string][] = [
      [person, 'Change the role'],
      [person, 'End Unknown device'],
      [person, 'End all sessions'],
      [person, 'Deactivate the account'],
      [client, 'Make a new secret'],
      [client, 'End the client'],
      ['invitations', `End the invitation of ${invited}`],
      ['danger', "End everybody's sessions"],
    ];
    for (const [path, name] of questions) {
      await go(path);
      const button = admin.page.getByRole('button', { name, exact: true });
      await button.waitFor();
      for (const close of ['Escape', 'Enter']) {
        if (name === 'Change the role')
          await admin.page.getByLabel('Role', { exact: true }).selectOption('researcher');
        await button.focus();
        await admin.page.keyboard.press('Enter');
        await admin.page.getByRole('dialog').waitFor();
        await expect(
          admin.evaluate("document.querySelector('dialog').contains(document.activeElement)"),
        ).resolves.toBe(true);
        if (close === 'Enter') await admin.page.getByRole('button', { name: 'Cancel' }).focus();
        await admin.page.keyboard.press(close);
        await admin.page.getByRole('dialog').waitFor({ state: 'detached' });
        expect({ name, close, focused: await focused() }).toEqual({ name, close, focused: name });
      }
    }
  });

  it('asks again when its button is pressed in the moment in which the question goes', async () => {
    await go('danger');
    await admin.page.getByRole('button', { name: "End everybody's sessions" }).click();
    await admin.page.getByRole('dialog').waitFor();
    const isAsked = admin.evaluate(`(async () => {
      document.querySelector('dialog').requestClose();
      await Promise.resolve();
      document.querySelector('main button').click();
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      return document.querySelector('dialog[open]') !== null;
    })()`);
    await expect(isAsked).resolves.toBe(true);
    await admin.page.keyboard.press('Escape');
  });

  it('has no fault for axe in the question about all sessions', async () => {
    await go(person);
    await admin.page.getByRole('button', { name: 'End all sessions' }).click();
    await admin.page.getByRole('dialog').waitFor();
    await admin.inspect('admin-person-end-all');
    await admin.page.keyboard.press('Escape');
  });

  it('goes to the heading when what the question is about ends elsewhere', async () => {
    const member = await suite.console.deployment.accounts().signUp();
    await go(`people/${member.id}`);
    await waitFor(() => suite.channels().then((count) => count === 2), {
      what: 'the channel of the session',
    });
    await admin.page.getByRole('button', { name: 'End Unknown device' }).click();
    await admin.page.getByRole('dialog').waitFor();
    await member.client.post('/api/v1/auth/logout');
    await admin.says('This account is signed in nowhere.');
    await expect(admin.evaluate('document.activeElement?.localName')).resolves.toBe('h1');
  });
});
