import { randomUUID } from 'node:crypto';
import { HotStatements } from '../../src/database/hot-statements.js';
import { OneTimeTokens } from '../../src/one-time-tokens/one-time-tokens.service.js';
import { logIn, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { outcomeOf } from './invitations.js';
import { databaseOfSuite } from './app-suite.js';

const PASSWORD = 'Test1234';
const ADMIN = { email: 'admin@elsewhere.example', password: 'admin-Test1234' };

describe('a registration', () => {
  const database = databaseOfSuite();
  let env: Record<string, string>;
  const apps: Record<string, AppInProcess> = {};

  beforeAll(async () => {
    env = { DATABASE_URL: database.url, JWT_SECRET: randomUUID() + randomUUID() };
    const modes: Record<string, Record<string, string>> = {
      open: {},
      invite: { REGISTRATION: 'invite' },
      closed: {
        REGISTRATION: 'closed',
        REGISTRATION_DOMAINS: 'example.org',
        ADMIN_EMAIL: ADMIN.email,
        ADMIN_PASSWORD: ADMIN.password,
      },
      silent: { REGISTRATION_SILENT: 'true', REGISTRATION_DOMAINS: 'example.org' },
      domains: { REGISTRATION_DOMAINS: 'Example.org,münchen.example' },
    };
    for (const [mode, variables] of Object.entries(modes))
      apps[mode] = await AppInProcess.start({ ...env, ...variables });
  });
  afterAll(async () => {
    await Promise.all(Object.values(apps).map((app) => app.stop()));
  });

  const app = (mode: string): AppInProcess => {
    const found = apps[mode];
    if (found === undefined) throw new RangeError(`there is no application ${mode}`);
    return found;
  };
  const registerAt = (mode: string, domain = 'example.org', more: object = {}) => {
    const account = { email: `${randomUUID()}@${domain}`, password: PASSWORD, full_name: 'Ada' };
    return app(mode).call('POST', '/api/v1/auth/register', { body: { ...account, ...more } });
  };
  const registered = async (mode: string, domain?: string) => outcomeOf(await registerAt(mode, domain));
  const accounts = () => app('open').query('SELECT id FROM users');

  it('is open to everybody, to the invited alone, or to nobody', async () => {
    const outcomes = await Promise.all(['open', 'invite', 'closed'].map((mode) => registered(mode)));
    expect(outcomes).toEqual(['201', '403 registration_closed', '403 registration_closed']);
  });

  it('that is closed says nothing about the address, and makes nothing', async () => {
    const { email } = await register(app('open'));
    const before = await accounts();
    for (const more of [{}, { email }, { email: email.toUpperCase() }])
      expect(outcomeOf(await registerAt('closed', 'example.org', more))).toBe('403 registration_closed');
    await expect(accounts()).resolves.toEqual(before);
  });

  it('is for the configured domains, in any case and script, and for no subdomain of theirs', async () => {
    for (const domain of ['example.org', 'EXAMPLE.ORG', 'münchen.example', 'xn--mnchen-3ya.example'])
      await expect(registered('domains', domain)).resolves.toBe('201');
    for (const domain of [
      'mail.example.org',
      'notexample.org',
      'example.org.evil.example',
      'munchen.example',
    ])
      await expect(registered('domains', domain)).resolves.toBe('403 email_domain_refused');
  });

  it('that is silent is for the configured domains, too', async () => {
    await expect(registered('silent')).resolves.toBe('202');
    await expect(registered('silent', 'example.net')).resolves.toBe('403 email_domain_refused');
  });

  it('that waits for its proof is refused where registration was closed meanwhile', async () => {
    const address = `${randomUUID()}@example.org`;
    const data = { full_name: 'Ada', locale: null, password_hash: '-' };
    const { token } = await app('open')
      .get(HotStatements)
      .transaction(({ run }) =>
        app('open').get(OneTimeTokens).issueWithin(run, { purpose: 'register', address, data }),
      );
    const prove = async (mode: string) =>
      outcomeOf(await app(mode).call('POST', '/api/v1/auth/verify-email', { body: { token } }));
    await expect(prove('invite')).resolves.toBe('403 registration_closed');
    await expect(prove('closed')).resolves.toBe('403 registration_closed');
    await expect(prove('open')).resolves.toBe('200');
  });

  it('does not matter to an account that exists, but the domain of another address does', async () => {
    const member = await register(app('open'));
    const { token } = await logIn(app('closed'), member);
    const change = async (domain: string) => {
      const body = { new_email: `${randomUUID()}@${domain}`, current_password: PASSWORD };
      return outcomeOf(await app('closed').call('POST', '/api/v1/users/me/change-email', { token, body }));
    };
    await expect(change('example.org')).resolves.toBe('202');
    for (const domain of ['example.net', 'mail.example.org'])
      await expect(change(domain)).resolves.toBe('403 email_domain_refused');
  });

  it('is not how the first admin is made, whose domain is free', async () => {
    await expect(logIn(app('closed'), { id: '', ...ADMIN })).resolves.toMatchObject({ email: ADMIN.email });
  });
});
