import type { AppProcess } from '../../../test/support/app/app-process.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { createClient, type SessionEnd } from '../src/index.js';
import { oneAfterTheOther } from '../src/session.js';
import {
  endElsewhere,
  expired,
  logInAnew,
  ObservedFetch,
  SharedStore,
  startService,
  VisibleStore,
} from './service.js';

describe('clients that share a store, as the tabs of a browser do', () => {
  let service: AppProcess;
  beforeAll(async () => (service = await startService()));
  afterAll(() => service.stop());

  async function openTabs(store: VisibleStore, count = 3) {
    const lock = oneAfterTheOther();
    const tabs = Array.from({ length: count }, () => {
      const ends: SessionEnd[] = [];
      const observed = new ObservedFetch();
      const options = { baseUrl: service.url, store, lock, fetch: observed.send };
      const client = createClient({ ...options, onEnd: (end) => ends.push(end) });
      return { client, ends, observed };
    });
    const { account } = await logInAnew(service.url, { store, lock });
    for (const { client } of tabs) await client.api.me.read();
    return { tabs, account };
  }

  const endsOf = (tabs: { ends: SessionEnd[] }[]) => tabs.map(({ ends }) => ends);

  it('exchange once for all, one after the other', async () => {
    const store = new SharedStore();
    const { tabs } = await openTabs(store);
    for (let round = 1; round <= 3; round += 1) {
      store.session = expired(store.session!);
      const answers = await Promise.all(tabs.map(({ client }) => client.api.me.read()));
      expect(answers.map(({ response }) => response?.status)).toEqual([200, 200, 200]);
      const exchanges = tabs.map(({ observed }) => observed.exchanges);
      expect(exchanges.reduce((sum, count) => sum + count)).toBe(round);
    }
    await expect(tabs[0]!.client.api.sessions.list()).resolves.toMatchObject({ data: { total: 1 } });
    expect(endsOf(tabs)).toEqual([[], [], []]);
  });

  it('each get the logout of one of them, once', async () => {
    const { tabs } = await openTabs(new SharedStore());
    await tabs[0]!.client.logOut();
    await waitFor(() => tabs.every(({ ends }) => ends.length > 0), { what: 'an end in each tab' });
    await Promise.all(tabs.map(({ client }) => client.api.me.read()));
    expect(endsOf(tabs)).toEqual(Array(3).fill([{ reason: 'logout' }]));
  });

  it('get the logout at the next request where the store does not tell of changes', async () => {
    const { tabs } = await openTabs(new VisibleStore());
    await tabs[0]!.client.logOut();
    expect(endsOf(tabs)).toEqual([[{ reason: 'logout' }], [], []]);
    await Promise.all(tabs.map(({ client }) => client.api.me.read()));
    expect(endsOf(tabs)).toEqual(Array(3).fill([{ reason: 'logout' }]));
  });

  it('get the logout without having sent anything', async () => {
    const store = new SharedStore();
    const { tabs } = await openTabs(store, 1);
    const ends: SessionEnd[] = [];
    createClient({ baseUrl: service.url, store, onEnd: (end) => ends.push(end) });
    await tabs[0]!.client.logOut();
    await waitFor(() => ends.length > 0, { what: 'the end in the idle tab' });
    expect(ends).toEqual([{ reason: 'logout' }]);
  });

  it.each([
    ['the exchange finds that the session has ended', true],
    ['the service refuses the token as revoked', false],
  ])('get the end, once, when %s', async (_name, isExpired) => {
    const store = new SharedStore();
    const { tabs } = await openTabs(store);
    const live = store.session!;
    await endElsewhere(service.url, live);
    if (isExpired) store.session = expired(live);
    const answers = await Promise.all(tabs.map(({ client }) => client.api.me.read()));
    expect(answers.map(({ response }) => response?.status)).toEqual([401, 401, 401]);
    await waitFor(() => tabs.every(({ ends }) => ends.length > 0), { what: 'an end in each tab' });
    expect(endsOf(tabs)).toEqual(Array(3).fill([{ reason: undefined }]));
    expect(store.session).toBeUndefined();
  });

  it('get the login of another user as the end of their own session, and the tab that logs in does not', async () => {
    const { tabs } = await openTabs(new SharedStore());
    const other = await logInAnew(service.url);
    await tabs[0]!.client.logIn(other.account);
    const [tab, ...others] = tabs;
    await waitFor(() => others.every(({ ends }) => ends.length > 0), { what: 'the end in the others' });
    const { data } = await tab!.client.api.me.read();
    expect(data).toMatchObject({ email: other.account.email });
    expect(endsOf(tabs)).toEqual([[], [{ reason: 'other_login' }], [{ reason: 'other_login' }]]);
  });

  it.each(['another user', 'the same user'])(
    'do not repeat a refused request with the token of a later login of %s',
    async (who) => {
      const store = new VisibleStore();
      const { tabs, account } = await openTabs(store, 2);
      const [tab, elsewhere] = [tabs[0]!, tabs[1]!];
      const next = who === 'another user' ? (await logInAnew(service.url)).account : account;
      store.session = expired(store.session!);
      tab.observed.paths.length = 0;
      tab.observed.answer = async (request) => {
        const refused = await fetch(request);
        await elsewhere.client.logIn(next);
        return refused;
      };
      const { response, error } = await tab.client.api.me.update({ body: { full_name: 'Somebody Else' } });
      expect([response?.status, error?.code]).toEqual([401, 'token_expired']);
      expect(tab.observed.paths).toEqual(['/api/v1/users/me']);
      const { data } = await elsewhere.client.api.me.read();
      expect(data).toMatchObject({ email: next.email, full_name: 'Ada Lovelace' });
      expect(tab.ends).toEqual([{ reason: 'other_login' }]);
    },
  );

  it('do not remove the session of a login that came during a logout', async () => {
    const store = new VisibleStore();
    const { tabs } = await openTabs(store, 2);
    const [tab, elsewhere] = [tabs[0]!, tabs[1]!];
    const other = await logInAnew(service.url);
    tab.observed.answer = async (request) => {
      const response = await fetch(request);
      await elsewhere.client.logIn(other.account);
      return response;
    };
    await tab.client.logOut();
    await expect(elsewhere.client.api.me.read()).resolves.toMatchObject({ response: { status: 200 } });
  });
});
