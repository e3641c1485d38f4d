import { freePort } from '../support/network/free-port.js';
import { ManagedProcess } from '../support/process/managed-process.js';
import { waitFor } from '../support/wait-for.js';
import { NestApplication, type ModuleKind } from './support/nest-application.js';
import { INSTALL_MS } from './support/project.js';
import { TESTS_OF_THE_TEAM, protect } from './support/protection.js';
import { Registry } from './support/registry.js';
import { startErgodrive } from './support/server.js';

/** Nothing listens there. */
const UNREACHABLE = { ISSUER_URL: 'http://127.0.0.1:9', CLIENT_ID: 'orders', CLIENT_SECRET: 'a secret' };
const MAX_LINES = 10;

describe.each<[string, ModuleKind]>([
  ['CommonJS with Jest', 'cjs'],
  ['ES modules with Vitest', 'esm'],
])('an application of `nest new`, %s', (_, kind) => {
  let registry: Registry;
  let application: NestApplication;

  beforeAll(async () => {
    registry = await Registry.start();
    application = await NestApplication.create(registry, kind);
  }, INSTALL_MS);
  afterAll(async () => {
    await application.remove();
    await registry.stop();
  });

  it(`is protected by at most ${MAX_LINES} lines, compiles, and keeps its tests green`, async () => {
    const { project } = application;
    expect((await protect(application)).length).toBeLessThanOrEqual(MAX_LINES);
    await project.succeed('npx', 'tsc', '--noEmit');
    await application.write(TESTS_OF_THE_TEAM);
    for (const script of ['test', 'test:e2e'])
      expect(await project.run('npm', ['run', script], UNREACHABLE)).toMatchObject({ exitCode: 0 });
  });

  it('refuses a token once its user is logged out', async () => {
    const { project } = application;
    await project.succeed('npm', 'run', 'build');
    const auth = await startErgodrive();
    const port = await freePort();
    const running = await ManagedProcess.spawn({
      command: process.execPath,
      args: ['dist/main'],
      cwd: project.folder,
      env: {
        ...process.env,
        PORT: String(port),
        ISSUER_URL: auth.issuer,
        CLIENT_ID: auth.client.clientId,
        CLIENT_SECRET: auth.client.clientSecret,
      },
      stopSignal: 'SIGTERM',
    });
    const user = await auth.createUser();
    const status = async () => {
      const headers = { authorization: `Bearer ${user.accessToken}` };
      return (await fetch(`http://127.0.0.1:${port}/orders`, { headers })).status;
    };
    await waitFor(async () => (await status()) === 200, { what: 'the application to accept the token' });
    await auth.revoke(user);
    await waitFor(async () => (await status()) === 401, {
      what: 'the application to refuse the token',
      timeoutMs: 1000,
    });
    await running.stop();
    await auth.close();
  });
});
