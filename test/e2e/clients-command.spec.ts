import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { newSecret } from '../../src/clients/client-secret.js';
import { readClientsFile } from '../../src/clients/clients-file.js';
import { APP_ENTRY } from '../support/app/app-build.js';
import { secretHash } from '../support/app/clients-file.js';
import { makeTemporaryDirectory } from '../support/files/temporary-directory.js';

const COMMAND = join(dirname(APP_ENTRY), 'clients-cli.js');

async function run(args: readonly string[], input = '') {
  const child = spawn(process.execPath, [COMMAND, ...args]);
  const [output, errors] = [text(child.stdout), text(child.stderr)];
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, output: await output, errors: await errors };
}

describe('the command that makes clients for a file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await makeTemporaryDirectory('clients-command');
    file = join(folder, 'clients.yaml');
  });

  const create = (id: string, ...others: string[]) =>
    run(['create', '--id', id, '--name', 'A name', ...others]);
  const secretIn = (output: string) => /^client_secret=(.+)$/m.exec(output)?.[1] ?? '';

  it('adds an entry whose secret it shows once, and keeps comments', async () => {
    const old = `# ours\nclients:\n  # the shop\n  - id: shop\n    name: Shop\n    secret_hash: ${secretHash('a')} # old\n`;
    await writeFile(file, old, { mode: 0o640 });
    const { code, output } = await create('orders', '--scopes', 'events,introspection', '--file', file);
    expect({ code, id: output.split('\n')[0] }).toEqual({ code: 0, id: 'client_id=orders' });
    const content = await readFile(file, 'utf8');
    expect(content.startsWith(old)).toBe(true);
    expect(content).not.toContain(secretIn(output));
    expect((parse(content) as { clients: object[] }).clients[1]).toEqual({
      id: 'orders',
      name: 'A name',
      scopes: ['events', 'introspection'],
      secret_hash: secretHash(secretIn(output)),
    });
    expect((await stat(file)).mode & 0o777).toBe(0o640);
  });

  it('makes the file where there is none, prints the entry without a file, and keeps JSON as JSON', async () => {
    expect((await create('orders', '--file', file)).code).toBe(0);
    expect(readClientsFile(file).entries).toMatchObject([{ id: 'orders' }]);
    const { output } = await create('orders');
    expect(parse(output.split('\n\n')[1] ?? '')).toMatchObject([
      { secret_hash: secretHash(secretIn(output)) },
    ]);
    await writeFile(file, '{"clients": []}');
    expect((await create('orders', '--file', file)).code).toBe(0);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ clients: [{ id: 'orders' }] });
  });

  it('writes the secret to a new file that its owner alone reads, and shows it nowhere', async () => {
    const secretFile = join(folder, 'secret');
    const made = await create('orders', '--file', file, '--secret-file', secretFile);
    expect(made).toEqual({ code: 0, output: 'client_id=orders\n', errors: '' });
    expect((await stat(secretFile)).mode & 0o777).toBe(0o600);
    expect(parse(await readFile(file, 'utf8'))).toMatchObject({ clients: [{ secret_file: 'secret' }] });
    expect(readClientsFile(file).entries).toHaveLength(1);
    const before = await readFile(secretFile, 'utf8');
    const again = await create('other', '--file', file, '--secret-file', secretFile);
    expect(again.code).toBe(1);
    expect(await readFile(secretFile, 'utf8')).toBe(before);
    expect(readClientsFile(file).entries).toHaveLength(1);
  });

  it('refuses an id that the file has, and an entry that the service would refuse', async () => {
    await create('orders', '--file', file);
    const before = await readFile(file, 'utf8');
    for (const [args, rule] of [
      [['orders'], 'id must not be that of another entry'],
      [['Orders'], 'id must have'],
      [['web', '--scopes', 'all'], 'scopes must be one of'],
    ] as const) {
      const [id, ...others] = args;
      const { code, output, errors } = await create(id, '--file', file, ...others);
      expect({ code, output }).toEqual({ code: 1, output: '' });
      expect(errors).toContain(rule);
    }
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('checks a file as the service does', async () => {
    await create('orders', '--file', file);
    expect(await run(['check', file])).toEqual({ code: 0, output: '1 entry, nothing wrong\n', errors: '' });
    await writeFile(file, 'clients: [{id: orders, name: Orders, secret_file: absent}]');
    const { code, errors } = await run(['check', file]);
    expect({ code, errors }).toEqual({
      code: 1,
      errors: `CLIENTS_FILE (${file}): entry 1 (orders): secret_file cannot be read (ENOENT)\n`,
    });
    expect((await run(['check', file, '--without-secret-files'])).code).toBe(0);
  });

  it('prints the hash of a secret from the standard input, unless somebody could guess it', async () => {
    const secret = newSecret();
    expect(await run(['hash'], `${secret}\n`)).toEqual({
      code: 0,
      output: `${secretHash(secret)}\n`,
      errors: '',
    });
    const { code, output, errors } = await run(['hash'], 'correct horse battery');
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).not.toContain('correct horse');
  });

  it.each([
    [],
    ['make'],
    ['create', '--id', 'orders'],
    ['create', '--id', 'orders', '--name', 'Orders', '--secret', 'mine'],
    ['create', 'orders'],
    ['check'],
    ['check', 'a', 'b'],
    ['hash', 'mine'],
  ])('ends with 2 and its usage for the arguments %j %j %j %j %j %j %j', async (...args) => {
    const { code, output, errors } = await run(args);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toContain('create --id ID --name NAME');
  });

  it('answers --help', async () => {
    for (const args of [['--help'], ['create', '--help']]) {
      const { code, output } = await run(args);
      expect(code).toBe(0);
      expect(output).toContain('create --id ID --name NAME');
    }
  });
});
