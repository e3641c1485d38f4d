import { readFileSync, writeFileSync } from 'node:fs';
import { replaceFile } from '../common/replace-file.js';
import type { AsymmetricAlgorithm } from '../config/jwk.js';
import { generateKey } from '../config/jwk.js';
import type { SigningKeySet } from '../config/signing-key.js';
import { keySetText, parseSigningKeys } from '../config/signing-keys.js';

/** How long HS256 stays accepted after it stopped signing: a day for the instances to restart, a day for the longest token. */
const HS256_GRACE_SECONDS = 2 * 86_400;
/** `JWT_SECRET` in a JWK Set of this service. */
const SECRET_ENTRY = { kty: 'oct', alg: 'HS256' };

type Entry = Record<string, unknown>;

/** Edits a file for `SIGNING_KEYS_FILE`. Each method leaves a file that the service accepts, or the file as it was. */
export class KeyFile {
  constructor(private readonly file: string) {}

  /**
   * Makes the file, with one new key.
   * @throws Error when it exists
   */
  create(algorithm: AsymmetricAlgorithm): void {
    this.createWith([generateKey(algorithm)]);
  }

  /**
   * Makes the file for a service that signs with `JWT_SECRET` today: that goes on, and a new key is published.
   * @throws Error when it exists
   */
  createBesideSecret(algorithm: AsymmetricAlgorithm): void {
    this.createWith([SECRET_ENTRY, generateKey(algorithm)]);
  }

  /** Adds a new key as the last. It is published and verifies, and signs nothing. */
  add(algorithm: AsymmetricAlgorithm): void {
    this.replace([...this.read(), generateKey(algorithm)]);
  }

  /** Moves the last key to the front: it signs from now on. */
  promote(): void {
    const entries = this.read();
    const newest = entries.at(-1);
    if (newest === undefined || entries.length === 1) throw new Error('There is no other key: add one first');
    this.replace([newest, ...entries.slice(0, -1)]);
  }

  /** Removes a key by its `kid`, `JWT_SECRET` by `HS256`. Its tokens are refused from the restart on. */
  remove(name: string): void {
    const entries = this.read();
    const index = this.keys().findIndex(({ kid, algorithm }) => (kid ?? algorithm) === name);
    if (index < 0) throw new Error('There is no such key');
    if (index === 0) throw new Error('This key signs: add another one and promote it first');
    this.replace(entries.toSpliced(index, 1));
  }

  /** The keys as the service reads them. */
  keys(): SigningKeySet {
    return parseSigningKeys(readFileSync(this.file, 'utf8'));
  }

  private read(): Entry[] {
    const text = readFileSync(this.file, 'utf8');
    parseSigningKeys(text);
    return (JSON.parse(text) as { keys: Entry[] }).keys;
  }

  private createWith(entries: Entry[]): void {
    writeFileSync(this.file, textOf(entries), { flag: 'wx', mode: 0o600, flush: true });
  }

  private replace(entries: Entry[]): void {
    replaceFile(this.file, textOf(entries), 0o600);
  }
}

/** @throws ConfigurationError when the service would refuse the file */
function textOf(entries: Entry[]): string {
  const text = keySetText(entries.map(withEnd));
  parseSigningKeys(text);
  return text;
}

/** `JWT_SECRET` has an end unless it signs. */
function withEnd(entry: Entry, index: number): Entry {
  if (entry['kty'] !== 'oct') return entry;
  const exp = entry['exp'] ?? Math.floor(Date.now() / 1000) + HS256_GRACE_SECONDS;
  return index === 0 ? SECRET_ENTRY : { ...SECRET_ENTRY, exp };
}
