import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../config/configuration.error.js';
import { parseClientsFile, readClientsFile } from './clients-file.js';
import { hashSecret, newSecret } from './client-secret.js';

const HASH = `sha256:${'a1'.repeat(32)}`;
const FILE = '/etc/clients.yaml';

const problemsOf = (act: () => unknown): readonly string[] => {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
};
const inText = (text: string) => problemsOf(() => parseClientsFile(text, FILE));
const right = { id: 'orders', name: 'Orders', secret_hash: HASH };
const previousUntil = (end: string) => ({ previous_secret_hash: HASH, previous_secret_expires_at: end });
const inEntry = (entry: unknown) => inText(JSON.stringify({ clients: [entry] }));
const entriesOf = (entry: object) => parseClientsFile(JSON.stringify({ clients: [entry] }), FILE).entries;

describe('a file of clients', () => {
  it('is YAML or JSON, and has the default scopes where an entry has none', () => {
    const yaml = `
# comment
clients:
  - id: orders # stable
    name: ' Orders '
    secret_hash: ${HASH}
  - id: web
    name: Web
    scopes: [password, end_user_address]
    secret_hash: ${HASH}
    previous_secret_hash: ${HASH}
    previous_secret_expires_at: 2026-12-24T12:00:00Z
  - id: old.one
    revoked: true
`;
    const secretHash = Buffer.from('a1'.repeat(32), 'hex');
    const single = { secretHash, previousSecretHash: null, previousSecretExpiresAt: null };
    const orders = { id: 'orders', name: 'Orders', scopes: ['introspection', 'events'], ...single };
    expect(parseClientsFile(yaml, FILE).entries).toEqual([
      orders,
      {
        id: 'web',
        name: 'Web',
        scopes: ['password', 'end_user_address'],
        secretHash,
        previousSecretHash: secretHash,
        previousSecretExpiresAt: new Date('2026-12-24T12:00:00Z'),
      },
      { id: 'old.one', isRevoked: true },
    ]);
    expect(entriesOf(right)).toEqual([orders]);
  });

  it.each([
    ['', 'must have one member, the list clients'],
    ['clients: {}', 'must have one member, the list clients'],
    ['clients: []\nothers: []', 'must have one member, the list clients'],
    ['clients: *nothing', 'must have one member, the list clients'],
    ['clients: [', 'must be YAML or JSON: line 1, column 11 is not (BAD_INDENT)'],
    ['clients: []\nclients: []', 'must be YAML or JSON: line 2, column 1 is not (DUPLICATE_KEY)'],
  ])('is refused as a whole when it is %j', (text, rule) => {
    expect(inText(text)).toEqual([expect.stringContaining(rule)]);
    expect(inText(text)[0]).toContain(`CLIENTS_FILE (${FILE})`);
  });

  it.each([
    ['orders', 'must be a map'],
    [null, 'must be a map'],
    [[right], 'must be a map'],
    [{ ...right, id: undefined }, 'id must have'],
    [{ ...right, id: 7 }, 'id must have'],
    [{ ...right, id: 'Orders' }, 'id must have'],
    [{ ...right, id: '-orders' }, 'id must have'],
    [{ ...right, id: 'a:b' }, 'id must have'],
    [{ ...right, id: 'a'.repeat(101) }, 'id must have'],
    [{ ...right, id: '0b9d6f2e-3c58-4a0e-9a4d-8d9f0a6c1e57' }, 'id must be no UUID'],
    [{ ...right, name: undefined }, 'name is required'],
    [{ ...right, name: 7 }, 'name must be a text'],
    [{ ...right, name: 'a\nb' }, 'name must not have control characters'],
    [{ ...right, name: 'x'.repeat(201) }, 'name must have 1 to 200 characters'],
    [{ ...right, name: '\ud800' }, 'name must be well-formed Unicode'],
    [{ ...right, scopes: [] }, 'scopes must have at least one element'],
    [{ ...right, scopes: null }, 'scopes is required'],
    [{ ...right, scopes: 'events' }, 'scopes must be a list'],
    [{ ...right, scopes: ['events', 'events'] }, 'scopes must have each element once'],
    [{ ...right, scopes: ['administration'] }, 'scopes must be one of: '],
    [{ ...right, secret_hash: undefined }, 'must have either secret_hash or secret_file'],
    [{ ...right, secret_file: 'a' }, 'must have either secret_hash or secret_file'],
    [{ ...right, secret_hash: HASH.toUpperCase() }, 'secret_hash must be sha256:'],
    [{ ...right, secret_hash: `${HASH}0` }, 'secret_hash must be sha256:'],
    [{ ...right, secret_hash: undefined, secret_file: 7 }, 'secret_file must be a path'],
    [{ ...right, previous_secret_hash: HASH }, 'must have both previous_secret_hash and'],
    [
      { ...right, previous_secret_expires_at: '2026-12-24T12:00:00Z' },
      'must have both previous_secret_hash and',
    ],
    [{ ...right, ...previousUntil('2026-12-24') }, 'must be a date and a time'],
    [{ ...right, ...previousUntil('2026-13-24T12:00:00Z') }, 'must be a date and a time'],
    [{ ...right, revoked: 'yes' }, 'revoked must be true or false'],
    [{ ...right, secret: 'mine' }, 'secret is not known here'],
  ])('is refused for the entry %j', (entry, rule) => {
    const problems = inEntry(entry);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^CLIENTS_FILE \(\/etc\/clients\.yaml\): entry 1/);
    expect(problems[0]).toContain(rule);
  });

  it('is refused for an id that two entries have, and names each wrong entry', () => {
    const clients = [right, { ...right, name: '' }, right];
    expect(inText(JSON.stringify({ clients }))).toEqual([
      expect.stringContaining('entry 2 (orders): name is required'),
      expect.stringContaining('entry 3 (orders): id must not be that of another entry'),
    ]);
  });

  it('is refused without a word of a secret that is at a wrong place', () => {
    const secret = newSecret();
    for (const entry of [
      { ...right, id: secret },
      { ...right, [secret]: 'a' },
      { ...right, secret_hash: secret },
      { ...right, secret_hash: undefined, secret_file: secret },
      { ...right, revoked: secret },
      { ...right, ...previousUntil(secret) },
      secret,
    ]) {
      expect(inEntry(entry)).toHaveLength(1);
      expect(inEntry(entry).join()).not.toContain(secret);
    }
    expect(inText(`clients: [${secret}: {a`).join()).toContain('must be YAML or JSON');
    expect(inText(`clients: [${secret}: {a`).join()).not.toContain(secret);
  });

  it('has the same fingerprint for the same description only', () => {
    const print = (text: string) => parseClientsFile(text, FILE).fingerprint;
    const text = JSON.stringify({ clients: [right] });
    expect(print(`${text} # the same`)).toBe(print(text));
    expect(print(text.replace('a1', 'a2'))).not.toBe(print(text));
  });
});

describe('the secret of a client in a file of its own', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'clients-file-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (secret: string | undefined, withSecretFiles = true) => {
    const file = join(folder, 'clients.yaml');
    rmSync(join(folder, 'orders'), { force: true });
    if (secret !== undefined) writeFileSync(join(folder, 'orders'), secret);
    writeFileSync(file, 'clients: [{id: orders, name: Orders, secret_file: ./orders}]');
    return readClientsFile(file, withSecretFiles);
  };

  it('is read from beside the file of clients, without line breaks at its end', () => {
    const secret = newSecret();
    expect(read(`${secret}\r\n`).entries).toMatchObject([{ secretHash: hashSecret(secret) }]);
    expect(read(secret).fingerprint).toBe(read(`${secret}\n`).fingerprint);
    expect(read(newSecret()).fingerprint).not.toBe(read(secret).fingerprint);
  });

  it.each([
    ['absent', undefined, 'cannot be read (ENOENT)'],
    ['empty', '\n', 'must not be empty'],
    ['short', newSecret().slice(-42), 'must hold a secret of 43 to 1000 visible ASCII characters'],
    ['a repetition', 'abcdefghi'.repeat(10), '10 different ones at least'],
    ['several lines', `${newSecret()}\n${newSecret()}`, 'must hold a secret'],
    ['long', newSecret().repeat(20), 'must have at most 1024 bytes'],
  ])('is refused when it is %s', (_, secret, rule) => {
    const [problem, ...others] = problemsOf(() => read(secret));
    expect(problem).toContain(`entry 1 (orders): secret_file (${join(folder, 'orders')}) `);
    expect(problem).toContain(rule);
    expect(others).toEqual([]);
    if (secret?.trim()) expect(problem).not.toContain(secret);
  });

  it('is not read where a check shall not need it', () =>
    expect(read(undefined, false).entries).toHaveLength(1));
});
