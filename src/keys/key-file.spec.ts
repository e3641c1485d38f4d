import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyFile } from './key-file.js';

describe('KeyFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'key-file-'));
  const path = join(folder, 'keys.json');
  const file = new KeyFile(path);
  beforeEach(() => rmSync(path, { force: true }));
  afterEach(() => {
    jest.useRealTimers();
    expect(readdirSync(folder)).toEqual(['keys.json']);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const algorithms = () => file.keys().map(({ algorithm }) => algorithm);
  const kidOf = (index: number) => String(file.keys()[index]?.kid);
  const entries = () => (JSON.parse(readFileSync(path, 'utf8')) as { keys: Record<string, unknown>[] }).keys;

  it('makes a file that only its owner can read, and replaces no existing file', () => {
    file.create('ES256');
    const kid = kidOf(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => {
      file.create('RS256');
    }).toThrow('EEXIST');
    expect(kidOf(0)).toBe(kid);
  });

  it('adds a key, lets that key sign, and removes the old one', () => {
    file.create('ES256');
    const old = kidOf(0);
    file.add('ES256');
    const next = kidOf(1);
    file.promote();
    expect([kidOf(0), kidOf(1)]).toEqual([next, old]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    file.remove(old);
    expect(entries().map(({ kid }) => kid)).toEqual([next]);
  });

  it('changes from HS256 to ES256 and back, and ends HS256 two days after it stops signing', () => {
    jest.useFakeTimers({ now: new Date('2026-11-24T12:00:00Z') });
    file.createBesideSecret('ES256');
    expect(algorithms()).toEqual(['HS256', 'ES256']);
    file.promote();
    const exp = Date.parse('2026-11-26T12:00:00Z') / 1000;
    expect(entries()[1]).toEqual({ kty: 'oct', alg: 'HS256', exp });
    jest.setSystemTime(new Date('2026-11-24T13:00:00Z'));
    file.add('ES256');
    expect(entries()[1]).toMatchObject({ exp: Date.parse('2026-11-26T12:00:00Z') / 1000 });
    file.remove(kidOf(2));
    file.promote();
    expect(entries()[0]).toEqual({ kty: 'oct', alg: 'HS256' });
    file.promote();
    file.remove('HS256');
    expect(algorithms()).toEqual(['ES256']);
  });

  it('refuses what would leave no key that signs, and leaves the file as it was', () => {
    file.create('ES256');
    const text = readFileSync(path, 'utf8');
    const refused: [() => void, string][] = [
      [() => file.promote(), 'add one first'],
      [() => file.remove(kidOf(0)), 'This key signs'],
      [() => file.remove('unknown'), 'no such key'],
    ];
    for (const [command, message] of refused) expect(command).toThrow(message);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('lets no key sign that has no private part', () => {
    file.create('ES256');
    file.add('ES256');
    const [first, second] = entries();
    const text = JSON.stringify({ keys: [first, { ...second, d: undefined }] });
    writeFileSync(path, text);
    expect(() => {
      file.promote();
    }).toThrow('key 1 must be private');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});
