import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../config/configuration.error.js';
import { newSecret } from './client-secret.js';
import { ClientsFileReader } from './clients-file.reader.js';

describe('ClientsFileReader', () => {
  let folder: string;
  let reader: ClientsFileReader;
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const describeClient = (name: string) => {
    const entry = { id: 'orders', name, secret_file: 'secret' };
    write('clients.json', JSON.stringify({ clients: [entry] }));
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'clients-file-'));
    describeClient('Orders');
    write('secret', newSecret());
    reader = new ClientsFileReader(join(folder, 'clients.json'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('parses nothing again that is unchanged', () => expect(reader.read()).toBe(reader.read()));

  it('sees a change of the file, and of the file of a secret', () => {
    const first = reader.read();
    describeClient('Web');
    const second = reader.read();
    expect(second.entries).toMatchObject([{ name: 'Web' }]);
    write('secret', newSecret());
    const third = reader.read();
    const prints = [first, second, third].map(({ fingerprint }) => fingerprint);
    expect(new Set(prints).size).toBe(3);
  });

  it.each(['clients.json', 'secret'])('refuses while %s is away, and goes on afterwards', (name) => {
    const first = reader.read();
    rmSync(join(folder, name));
    expect(() => reader.read()).toThrow(ConfigurationError);
    expect(() => reader.read()).toThrow(ConfigurationError);
    describeClient('Orders');
    write('secret', newSecret());
    expect(reader.read().fingerprint).not.toBe(first.fingerprint);
  });
});
