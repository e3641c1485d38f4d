import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { addEntry, hashText } from './clients-file.editor.js';
import { readClientsFile } from './clients-file.js';

describe('a new entry of a file of clients', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'clients-editor-'));
    file = join(folder, 'clients.yaml');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const orders = { id: 'orders', name: 'Orders' };
  const content = () => readFileSync(file, 'utf8');
  const modeOf = (path: string) => statSync(path).mode & 0o777;

  it('is added with the hash of its secret, and comments stay', () => {
    const old = `# ours\nclients:\n  # the shop\n  - id: shop\n    name: Shop\n    secret_hash: ${hashText('a')} # old\n`;
    writeFileSync(file, old, { mode: 0o640 });
    const { secret } = addEntry({ ...orders, scopes: ['events', 'introspection'] }, file);
    expect(content().startsWith(old)).toBe(true);
    expect(content()).not.toContain(secret);
    expect(parse(content())).toMatchObject({
      clients: [{}, { ...orders, scopes: ['events', 'introspection'], secret_hash: hashText(secret) }],
    });
    expect(modeOf(file)).toBe(0o640);
  });

  it('makes the file where there is none, and leaves JSON as JSON', () => {
    addEntry(orders, file);
    expect(readClientsFile(file).entries).toMatchObject([orders]);
    writeFileSync(file, '{"clients": []}');
    addEntry(orders, file);
    expect(JSON.parse(content())).toMatchObject({ clients: [orders] });
  });

  it('is answered as YAML where it shall be in no file', () => {
    const { secret, text } = addEntry(orders);
    expect(parse(text)).toEqual([{ ...orders, secret_hash: hashText(secret) }]);
  });

  it('names a new file with its secret, which its owner alone reads', () => {
    const secretFile = join(folder, 'secret');
    const { secret } = addEntry({ ...orders, secretFile }, file);
    expect(readFileSync(secretFile, 'utf8')).toBe(`${secret}\n`);
    expect(modeOf(secretFile)).toBe(0o600);
    expect(parse(content())).toEqual({ clients: [{ ...orders, secret_file: 'secret' }] });
    expect(readClientsFile(file).entries).toHaveLength(1);
  });

  it('replaces no file with a secret', () => {
    const secretFile = join(folder, 'secret');
    addEntry({ ...orders, secretFile }, file);
    const before = readFileSync(secretFile, 'utf8');
    expect(() => addEntry({ ...orders, id: 'other', secretFile }, file)).toThrow('EEXIST');
    expect(readFileSync(secretFile, 'utf8')).toBe(before);
    expect(readClientsFile(file).entries).toHaveLength(1);
  });

  it.each([
    [orders, 'id must not be that of another entry'],
    [{ ...orders, id: 'Orders' }, 'id must have'],
    [{ ...orders, id: 'web', scopes: ['all'] }, 'scopes must be one of'],
  ])('is refused when it is %j, and nothing is written', (entry, rule) => {
    addEntry(orders, file);
    const before = content();
    const secretFile = join(folder, 'secret');
    expect(() => addEntry({ ...entry, secretFile }, file)).toThrow(rule);
    expect(content()).toBe(before);
    expect(() => statSync(secretFile)).toThrow('ENOENT');
  });
});
