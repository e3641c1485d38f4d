import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createdOnce } from './created-once.js';

describe('createdOnce', () => {
  const folder = mkdtempSync(join(tmpdir(), 'created-once-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('creates a file for its owner once, and reads it afterwards', () => {
    const file = join(folder, 'deep', 'secret');
    expect(createdOnce(file, () => 'first')).toBe('first');
    expect(createdOnce(file, () => 'second')).toBe('first');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['secret']);
  });

  it('reads what another process created at the same time', () => {
    const file = join(folder, 'contested');
    const createLate = () => {
      expect(createdOnce(file, () => 'of the other')).toBe('of the other');
      return 'own';
    };
    expect(createdOnce(file, createLate)).toBe('of the other');
    expect(readdirSync(folder).filter((name) => name.startsWith('contested'))).toEqual(['contested']);
  });

  it('fails where the file cannot be read', () =>
    expect(() => createdOnce(folder, () => 'x')).toThrow('EISDIR'));
});
