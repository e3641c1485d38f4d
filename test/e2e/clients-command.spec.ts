import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { newSecret } from '../../src/clients/client-secret.js';
import { APP_ENTRY } from '../support/app/app-build.js';
import { secretHash } from '../support/app/clients-file.js';
import { makeTemporaryDirectory } from '../support/files/temporary-directory.js';

const COMMAND = join(dirname(APP_ENTRY), 'clients-cli.js');
const USAGE = 'create --id ID --name NAME';

async function run(args: readonly string[], input = '') {
  const child = spawn(process.execPath, [COMMAND, ...args]);
  const [output, errors] = [text(child.stdout), text(child.stderr)];
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, output: await output, errors: await errors };
}

describe('the command for the file of clients', () => {
  let file: string;
  beforeAll(async () => (file = join(await makeTemporaryDirectory('clients-command'), 'clients.yaml')));

  it('adds an entry, and shows its secret once', async () => {
    const args = [
      'create',
      '--id',
      'orders',
      '--name',
      'Orders',
      '--scopes',
      'events,password',
      '--file',
      file,
    ];
    const { code, output } = await run(args);
    const [, secret = ''] = /^client_id=orders\nclient_secret=(\S+)\n$/.exec(output) ?? [];
    expect({ code, ...parse(await readFile(file, 'utf8')) }).toEqual({
      code: 0,
      clients: [
        { id: 'orders', name: 'Orders', scopes: ['events', 'password'], secret_hash: secretHash(secret) },
      ],
    });
  });

  it('checks a file as the service does, and without the files of secrets on request', async () => {
    await writeFile(file, 'clients: [{id: orders, name: Orders, secret_file: absent}]');
    const [wrong, right] = await Promise.all([
      run(['check', file]),
      run(['check', file, '--without-secret-files']),
    ]);
    expect(wrong).toEqual({
      code: 1,
      output: '',
      errors: `CLIENTS_FILE (${file}): entry 1 (orders): secret_file cannot be read (ENOENT)\n`,
    });
    expect(right).toEqual({ code: 0, output: '1 entry, nothing wrong\n', errors: '' });
  });

  it('prints the hash of a secret from the standard input, unless somebody could guess it', async () => {
    const secret = newSecret();
    const [strong, weak] = await Promise.all([run(['hash'], `${secret}\n`), run(['hash'], 'correct horse')]);
    expect(strong).toEqual({ code: 0, output: `${secretHash(secret)}\n`, errors: '' });
    expect(weak).toMatchObject({ code: 1, output: '' });
    expect(weak.errors).not.toContain('correct horse');
  });

  it('ends with 2 and its usage for wrong arguments, also for a secret among them', async () => {
    const outcomes = await Promise.all(
      [['make'], ['create', '--id', 'a', '--name', 'A', '--secret', 'mine'], ['check'], ['hash', 'mine']].map(
        (args) => run(args),
      ),
    );
    for (const { code, output, errors } of outcomes) {
      expect({ code, output }).toEqual({ code: 2, output: '' });
      expect(errors).toContain(USAGE);
    }
  });

  it('answers --help', async () => {
    await expect(run(['create', '--help'])).resolves.toMatchObject({
      code: 0,
      output: expect.stringContaining(USAGE),
    });
  });
});
