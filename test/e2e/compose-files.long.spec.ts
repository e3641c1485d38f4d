import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { AppProcess } from '../support/app/app-process.js';
import type { OAuthClient } from '../support/app/oauth-client.js';
import {
  COMPOSE_FILE,
  ComposeFile,
  MAIL_COMPOSE_FILE,
  SECRETS_COMPOSE_FILE,
} from '../support/compose-file.js';
import { withPaths } from '../support/files/container-paths.js';
import { makeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { MailServer } from '../support/mail/mail-server.js';
import { freePort } from '../support/network/free-port.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { createTestRedis } from '../support/redis/test-redis.js';
import { clientIn, runCommands, shellBlocks } from './support/documented-commands.js';
import { expectMail } from './support/expect-mail.js';
import { expectProtection } from './support/protected-service.js';

const DOCUMENT = 'docs/deploy.md';

interface Servers {
  database: string;
  redis: string;
}
const startServers = async (): Promise<Servers> => {
  const [{ url: database }, { url: redis }] = await Promise.all([createTestDatabase(), createTestRedis()]);
  return { database, redis };
};

/** The service of a compose file, on ports that are free here. */
async function start(environment: Record<string, string>): Promise<AppProcess> {
  const { PORT: _, MANAGEMENT_PORT: inside, ...variables } = environment;
  expect(inside).toBe('9000');
  return AppProcess.start({ env: { ...variables, MANAGEMENT_PORT: String(await freePort()) } });
}

const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

describe('docker-compose.yml after the commands of docs/deploy.md', () => {
  let folder: string;
  let config: string;
  let blocks: string[];
  let client: OAuthClient;
  let environment: Record<string, string>;

  const run = (commands: string) => runCommands(commands, { cwd: folder, composeFile: COMPOSE_FILE, config });

  beforeAll(async () => {
    folder = await makeTemporaryDirectory('compose');
    config = join(folder, 'volume');
    await mkdir(config);
    blocks = await shellBlocks(DOCUMENT, '## Docker Compose');
    client = clientIn(await run(blocks[0]!));
    const variables = parseEnv(await readFile(join(folder, '.env'), 'utf8'));
    environment = ComposeFile.read(COMPOSE_FILE, variables).environmentOf('app', variables);
  });

  it('has its secrets in .env alone, and its key for the owner alone', async () => {
    const { JWT_SECRET, DATABASE_URL, REDIS_URL } = environment;
    expect(JWT_SECRET).toMatch(/^[0-9a-f]{64}$/);
    expect(DATABASE_URL).toMatch(/^postgresql:\/\/ergodrive:[0-9a-f]{64}@postgres:5432\/ergodrive$/);
    expect(REDIS_URL).toMatch(/^redis:\/\/:[0-9a-f]{64}@redis:6379\/0$/);
    await expect(modeOf(join(config, 'signing-keys.json'))).resolves.toBe(0o600);
    await expect(readFile(join(config, 'clients.yaml'), 'utf8')).resolves.not.toContain(client.secret);
  });

  it('publishes its key, has a client for the feed, and a logged-out token is refused by the verifier', async () => {
    const { database, redis } = await startServers();
    const here = withPaths(
      { ...environment, DATABASE_URL: database, REDIS_URL: redis },
      { '/config': config },
    );
    const app = await start(here);
    await expectProtection(app, environment['ISSUER_URL']!, client);
    await app.stop();
  });

  it('lets its file of clients be read, edited, written and checked', async () => {
    const edit = "sed -i 's/Example API/Orders API/' clients.yaml";
    const commands = blocks[1]!.replace('# edit clients.yaml', edit);
    expect(commands).toContain(edit);
    await expect(run(commands)).resolves.toBe('1 entry, nothing wrong\n');
    await expect(readFile(join(config, 'clients.yaml'), 'utf8')).resolves.toContain('name: Orders API');
  });

  it('does not start without its key, and names the file', async () => {
    const outcome = await start({ ...environment, SIGNING_KEYS_FILE: join(config, 'absent.json') }).catch(
      String,
    );
    expect(outcome).toContain('exited with code 1');
    expect(outcome).toContain(`SIGNING_KEYS_FILE (${join(config, 'absent.json')}) cannot be read (ENOENT)`);
  });
});

describe('deploy/docker-secrets after the commands of docs/deploy.md', () => {
  const compose = ComposeFile.read(SECRETS_COMPOSE_FILE, {});
  let folder: string;
  let client: OAuthClient;

  /** Runs a block of the section, with an editor that writes the lines, one for each of its files. */
  async function edit(block: number, lines: string[]): Promise<string> {
    const editor = join(folder, 'editor');
    const writes = lines.map((line, index) => `echo '${line}' > "$${index + 1}"\n`);
    await writeFile(editor, `#!/bin/sh\n${writes.join('')}`);
    await chmod(editor, 0o700);
    const commands = (await shellBlocks(DOCUMENT, '## Docker with secrets in files'))[block]!;
    const config = join(folder, compose.mountsOf('app')[0]!.source);
    return runCommands(commands, { cwd: folder, composeFile: SECRETS_COMPOSE_FILE, config, editor });
  }

  /** The service with the variables and secrets of the files, as Docker Compose merges them. */
  function startWith(...files: ComposeFile[]): Promise<AppProcess> {
    const variables = files.map((file) => file.environmentOf('app'));
    const secrets = files.flatMap((file) => Object.entries(file.secretsOf('app')));
    const paths = secrets.map(([path, file]) => [path, join(folder, file)] as const);
    const config = join(folder, compose.mountsOf('app')[0]!.source);
    return start(
      withPaths(Object.assign({}, ...variables) as Record<string, string>, {
        ...Object.fromEntries(paths),
        '/config': config,
      }),
    );
  }

  beforeAll(async () => {
    folder = await makeTemporaryDirectory('docker-secrets');
    await mkdir(join(folder, 'deploy/docker-secrets'), { recursive: true });
    const { database, redis } = await startServers();
    client = clientIn(await edit(0, [database, redis]));
  });

  it('publishes its key, has a client for the feed, and a logged-out token is refused by the verifier', async () => {
    const app = await startWith(compose);
    await expectProtection(app, compose.environmentOf('app')['ISSUER_URL']!, client);
    await app.stop();
  });

  it('sends mail by the server of secrets/smtp-url after the commands for mail', async () => {
    const server = await MailServer.start();
    await edit(1, [server.url]);
    const settings = await readFile(join(folder, 'deploy/docker-secrets/.env'), 'utf8');
    const { COMPOSE_FILE: named = '' } = parseEnv(settings);
    const inFolder = (name: string) => join('deploy/docker-secrets', name);
    expect(named.split(':').map(inFolder)).toEqual([SECRETS_COMPOSE_FILE, MAIL_COMPOSE_FILE]);
    const mail = ComposeFile.read(MAIL_COMPOSE_FILE, {});
    const app = await startWith(compose, mail);
    await expectMail(app, server, mail.environmentOf('app'));
    await app.stop();
    await server.down();
  });
});
