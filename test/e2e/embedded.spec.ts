import { join } from 'node:path';
import { api, type ApiClient } from '../support/app/api-client.js';
import { AppProcess } from '../support/app/app-process.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { Accounts, expectRevoked, type Member } from './support/suite.js';

/** Nothing is configured: PostgreSQL runs inside the process, the cache is its memory, the key is made. */
describe('the service with nothing installed', () => {
  let folder: string;
  let app: AppProcess;
  let client: ApiClient;
  let live: Member;
  let left: Member;

  beforeAll(async () => {
    folder = await makeTemporaryDirectory('embedded');
    app = await AppProcess.start({ cwd: folder });
    client = api(app.url);
    const accounts = new Accounts(client);
    live = await accounts.signUp();
    left = await accounts.logIn(live);
    await left.client.post('/api/v1/auth/logout');
  });
  afterAll(async () => {
    await app.stop();
    await removeTemporaryDirectory(folder);
  });

  async function expectSameVerdicts() {
    await expect(live.client.get('/api/v1/users/me')).resolves.toMatchObject({
      status: 200,
      body: { id: live.id, email: live.email },
    });
    await expect(live.client.get('/api/v1/sessions')).resolves.toMatchObject({ body: { total: 1 } });
    expectRevoked(await left.client.get('/api/v1/users/me'));
    expectRevoked(await new Accounts(client).refresh(left.tokens.refresh_token));
  }

  it('serves, and reports its embedded PostgreSQL and its cache in memory', async () => {
    await expectSameVerdicts();
    await expect(client.get('/health')).resolves.toMatchObject({
      status: 200,
      body: { status: 'healthy', database: { kind: 'embedded' }, redis: { status: 'not_configured' } },
    });
    expect(app.output).toContain('embedded PostgreSQL');
    expect(app.output).toContain('in memory');
  });

  it('refuses a second process on the same folder, and names the variables to set', async () => {
    const second = AppProcess.start({ cwd: folder });
    await expect(second).rejects.toThrow(/exited with code 1/);
    const message = await second.catch((error: unknown) => String(error));
    expect(message).toContain(join(folder, '.data'));
    expect(message).toContain('in use by another process');
    expect(message).toContain('DATA_DIR');
    expect(message).toContain('DATABASE_URL');
    await expectSameVerdicts();
  });

  it('keeps users, sessions, revocations and its key over a restart', async () => {
    await app.restart();
    await expectSameVerdicts();
    const { status } = await new Accounts(client).refresh(live.tokens.refresh_token);
    expect(status).toBe(200);
  });

  it('keeps acknowledged changes when the process is killed', async () => {
    const gone = await new Accounts(client).logIn(live);
    await gone.client.post('/api/v1/auth/logout');
    await app.kill9();
    await app.restart();
    expectRevoked(await gone.client.get('/api/v1/users/me'));
    await expectSameVerdicts();
  });
});
