import { createHash } from 'node:crypto';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { ConfigurationError } from '../config/configuration.error.js';
import { readText, shownPath } from '../config/secret-files.js';
import { isClientId } from './client-id.js';
import { type ClientEntry, parseEntry } from './clients-file.entry.js';

const VARIABLE = 'CLIENTS_FILE';
/** As much as a ConfigMap of Kubernetes holds. */
const MAX_BYTES = 1_048_576;

/** What a file of clients describes, with the secrets of its other files. */
export interface ClientsFile {
  readonly entries: readonly ClientEntry[];
  /** The same for the same description. */
  readonly fingerprint: string;
}

/**
 * Reads a file of clients, YAML 1.2 or JSON.
 * @param withSecretFiles whether the files of secrets are read too; without them the clients cannot be applied
 * @param read reads the file and those of secrets
 * @throws ConfigurationError that names the file, each wrong entry and the rule that it breaks, and no secret
 */
export function readClientsFile(file: string, withSecretFiles = true, read = readText): ClientsFile {
  const rule = (words: string) => new ConfigurationError([`${VARIABLE}${shownPath(file)} ${words}`]);
  return parseClientsFile(read(file, MAX_BYTES, rule), file, withSecretFiles, read);
}

/** The same from its text. @throws ConfigurationError */
export function parseClientsFile(
  text: string,
  file: string,
  withSecretFiles = true,
  read = readText,
): ClientsFile {
  const problems: string[] = [];
  const values = valuesOf(documentOf(text, file), file);
  const ids = new Set<string>();
  const entries = values.flatMap((value, index) => {
    try {
      const entry = parseEntry(value, { file, withSecretFiles, readText: read });
      if (ids.has(entry.id)) throw new ConfigurationError(['id must not be that of another entry']);
      ids.add(entry.id);
      return [entry];
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      problems.push(
        ...error.problems.map((words) => `${VARIABLE} (${file}): ${placeOf(value, index)}: ${words}`),
      );
      return [];
    }
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { entries, fingerprint: fingerprintOf(entries) };
}

/**
 * The text as a document that keeps comments.
 * @throws ConfigurationError with the first place that is no YAML; the parser's own message can quote a secret
 */
export function documentOf(text: string, file: string): Document {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, stringKeys: true });
  const [error] = document.errors;
  if (error === undefined) return document;
  const { line, col } = lineCounter.linePos(error.pos[0]);
  throw new ConfigurationError([
    `${VARIABLE} (${file}) must be YAML or JSON: line ${line}, column ${col} is not (${error.code})`,
  ]);
}

function valuesOf(document: Document, file: string): unknown[] {
  const content = contentOf(document) as { clients?: unknown } | null;
  const isMap = typeof content === 'object' && content !== null;
  if (isMap && Array.isArray(content.clients) && Object.keys(content).length === 1)
    return content.clients as unknown[];
  throw new ConfigurationError([`${VARIABLE} (${file}) must have one member, the list clients`]);
}

/** Aliases can make a small text large. An alias of nothing, and too many of them, are errors only here. */
function contentOf(document: Document): unknown {
  try {
    return document.toJS();
  } catch {
    return null;
  }
}

/** An id that breaks its rule can be a secret. */
function placeOf(value: unknown, index: number): string {
  const { id } = (value ?? {}) as { id?: unknown };
  return `entry ${index + 1}${typeof id === 'string' && isClientId(id) ? ` (${id})` : ''}`;
}

function fingerprintOf(entries: readonly ClientEntry[]): string {
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}
