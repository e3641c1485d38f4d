import { readdirSync, readlinkSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { api } from '../support/app/api-client.js';
import { freePort } from '../support/network/free-port.js';
import { ManagedProcess } from '../support/process/managed-process.js';
import { waitFor } from '../support/wait-for.js';
import { shellEnvironment } from './support/npm.js';
import { INSTALL_MS, Project } from './support/project.js';
import { Registry } from './support/registry.js';

const COMMANDS = ['start', 'migrate', 'keys', 'doctor', 'load', 'clients', 'import', 'export'];

describe('@ergodrive/server, from a registry', () => {
  let registry: Registry;

  beforeAll(async () => {
    registry = await Registry.start();
  }, INSTALL_MS);
  afterAll(() => registry.stop());

  it(
    'starts by npx in an empty folder, keeps its promise, and ends by Ctrl-C',
    async () => {
      const project = await Project.create(registry);
      const port = await freePort();
      const service = await ManagedProcess.spawn({
        command: 'npx',
        args: ['--yes', '@ergodrive/server'],
        cwd: project.folder,
        env: { ...shellEnvironment(), ...(await emptyNpxCache(project)), PORT: String(port) },
        stopSignal: 'SIGTERM',
      });
      try {
        await keepsItsPromise(`http://127.0.0.1:${port}`);
      } finally {
        // Ctrl-C: the terminal sends it to npx, and to what npx has started.
        process.kill(-service.pid, 'SIGINT');
        await service.exited();
      }
      expect(readdirSync(project.folder)).toContain('.data');
      expect(processesIn(project.folder)).toEqual([]);
      await project.remove();
    },
    INSTALL_MS,
  );

  describe('installed in a project', () => {
    let project: Project;

    beforeAll(async () => {
      project = await Project.create(registry);
      await project.write({ 'package.json': '{ "private": true }\n', 'team.test.js': TEAM_TEST });
      await project.install('@ergodrive/server', '@ergodrive/verifier', 'jest@30');
    }, INSTALL_MS);
    afterAll(() => project.remove());

    it.each(COMMANDS)('shows how to use the command %s', async (command) => {
      const { exitCode, output } = await project.run('npx', ['ergodrive', command, '--help']);
      expect({ exitCode, output }).toMatchObject({
        exitCode: 0,
        output: expect.stringContaining('ergodrive'),
      });
    });

    it('names a command that it does not have, and all that it has', async () => {
      const { exitCode, output } = await project.run('npx', ['ergodrive', 'strat']);
      expect({ exitCode, output }).toMatchObject({
        exitCode: 2,
        output: expect.stringContaining('no command "strat"'),
      });
      for (const command of COMMANDS) expect(output).toContain(`  ${command} `);
    });

    it('makes keys', async () => {
      expect(await project.succeed('npx', 'ergodrive', 'keys', 'create', 'keys.json')).toMatch(
        /^signs +ES256/,
      );
    });

    it("runs in a team's own Jest, and leaves no process and no file", async () => {
      const scratch = join(project.folder, 'tmp');
      await mkdir(scratch);
      const outcome = await project.run('npx', ['jest'], { TMPDIR: scratch });
      expect(outcome).toMatchObject({ exitCode: 0, output: expect.stringContaining('1 passed') });
      expect(outcome.output).not.toMatch(/did not exit/);
      expect(readdirSync(scratch).filter((name) => name.startsWith('ergodrive'))).toEqual([]);
      expect(processesIn(scratch)).toEqual([]);
    });
  });
});

/** Resolves when a token has been accepted, and refused after its logout. */
async function keepsItsPromise(url: string): Promise<void> {
  await waitFor(async () => (await fetch(`${url}/health/ready`)).ok, {
    what: 'the service to be installed and ready',
    timeoutMs: 300_000,
  });
  const credentials = { email: 'ada@example.com', password: 'a long and rare passphrase' };
  const service = api(url);
  await service.post('/api/v1/auth/register', { ...credentials, full_name: 'Ada Lovelace' });
  const login = await service.post<{ access_token: string }>('/api/v1/auth/login/json', credentials);
  const token = login.body.access_token;
  expect((await service.get('/api/v1/users/me', { token })).status).toBe(200);
  await service.post('/api/v1/auth/logout', {}, { token });
  expect((await service.get('/api/v1/users/me', { token })).status).toBe(401);
  service.close();
}

/** What npx installed before is not found there, and what npm downloaded before is. */
async function emptyNpxCache(project: Project): Promise<NodeJS.ProcessEnv> {
  const folder = join(project.folder, '.npm');
  await mkdir(folder);
  await symlink(
    join((await project.succeed('npm', 'config', 'get', 'cache')).trim(), '_cacache'),
    join(folder, '_cacache'),
  );
  return { npm_config_cache: folder };
}

/** The processes that work in a folder. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && workingFolder(name).startsWith(folder));
}

function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return ''; // It has ended meanwhile.
  }
}

/** CommonJS, as Jest takes it without settings. */
const TEAM_TEST = `
const { createVerifier } = require('@ergodrive/verifier');
const { startErgodrive } = require('@ergodrive/server');

let auth;
let verifier;
beforeAll(async () => {
  auth = await startErgodrive();
  verifier = await createVerifier({ issuer: auth.issuer, ...auth.client });
}, 120_000);
afterAll(async () => {
  await verifier.close();
  await auth.close();
});

test('a revoked user is refused', async () => {
  const { id, accessToken } = await auth.createUser({ role: 'researcher' });
  await expect(verifier.verify(accessToken)).resolves.toMatchObject({ sub: id, role: 'researcher' });
  await auth.revoke({ id });
  let error;
  for (const until = Date.now() + 1000; error === undefined && Date.now() < until; ) {
    error = await verifier.verify(accessToken).then(() => undefined, (refusal) => refusal);
  }
  expect(error.code).toBe('token_revoked');
});
`;
