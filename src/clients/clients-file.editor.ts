import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { isMap, isSeq, stringify, YAMLSeq } from 'yaml';
import { replaceFile } from '../common/replace-file.js';
import { documentOf, parseClientsFile } from './clients-file.js';
import { hashSecret, newSecret } from './client-secret.js';

/** What a person says about a new client. */
export interface NewEntry {
  readonly id: string;
  readonly name: string;
  readonly scopes?: readonly string[] | undefined;
  /** The new file that gets the secret, which the entry then names. Absent: the entry has the hash. */
  readonly secretFile?: string | undefined;
}

/** An entry that was made, with its secret. */
export interface MadeEntry {
  readonly secret: string;
  /** As YAML, a list of one. */
  readonly text: string;
}

/** The member `secret_hash` of a secret. */
export const hashText = (secret: string): string => `sha256:${hashSecret(secret).toString('hex')}`;

/**
 * Makes an entry with a new secret, and adds it to the file, whose comments stay. The file is made where there is none.
 * @param file `undefined` adds it to none
 * @throws ConfigurationError when the service would refuse the entry or the file; then nothing is written
 * @throws Error of the file system, also when the file of the secret exists
 */
export function addEntry({ id, name, scopes, secretFile }: NewEntry, file?: string): MadeEntry {
  const secret = newSecret();
  const held =
    secretFile === undefined
      ? { secret_hash: hashText(secret) }
      : {
          secret_file:
            file === undefined ? secretFile : relative(dirname(resolve(file)), resolve(secretFile)),
        };
  const entry = { id, name, ...(scopes && { scopes }), ...held };
  const made = { secret, text: stringify([entry]) };
  const text =
    file !== undefined && existsSync(file) ? textWith(entry, file) : stringify({ clients: [entry] });
  parseClientsFile(text, file ?? 'the new entry', false);
  if (secretFile !== undefined)
    writeFileSync(secretFile, `${secret}\n`, { flag: 'wx', mode: 0o600, flush: true });
  try {
    if (file !== undefined) replaceFile(file, text, existsSync(file) ? statSync(file).mode & 0o777 : 0o644);
  } catch (error) {
    if (secretFile !== undefined) rmSync(secretFile);
    throw error;
  }
  return made;
}

/** @throws ConfigurationError for a file that is wrong already */
function textWith(entry: object, file: string): string {
  const text = readFileSync(file, 'utf8');
  parseClientsFile(text, file, false);
  if (text.trimStart().startsWith('{')) return jsonWith(entry, text);
  const document = documentOf(text, file);
  const list = isMap(document.contents) ? document.contents.get('clients', true) : undefined;
  if (!isSeq(list)) throw new TypeError('a file of clients has no list');
  if (list.items.length === 0) list.flow = false;
  (list as YAMLSeq).add(document.createNode(entry));
  return document.toString({ lineWidth: 0 });
}

/** A file in braces is JSON, or YAML that looks like it: what is added to JSON stays JSON. */
function jsonWith(entry: object, text: string): string {
  const content = documentOf(text, '').toJS() as { clients: object[] };
  return `${JSON.stringify({ clients: [...content.clients, entry] }, undefined, 2)}\n`;
}
