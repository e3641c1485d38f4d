import type { HotStatement } from '../database/hot-statements.js';
import type { Client, ClientSecrets } from './client.entity.js';
import type { ClientEntry, RegisteredEntry } from './clients-file.entry.js';
import { CREATE, END, SET_SECRETS, UPDATE } from './clients-file.statements.js';

/** A client that a file made, as PostgreSQL has it. */
export type ClientRow = Omit<Client, 'createdAt'>;

/** A statement that brings a client to what the file says, with the values of its own parameters. */
export interface FileChange {
  readonly statement: HotStatement;
  readonly values: readonly unknown[];
  /** Absent for a new client. */
  readonly row?: ClientRow;
}

export interface FileChanges {
  readonly changes: readonly FileChange[];
  /** Clients that the file revokes. They have sessions to end, also when an outage interrupted it. */
  readonly revoked: readonly ClientRow[];
  /** What a person should know, each a log line. */
  readonly warnings: readonly string[];
}

/** What differs between the file and the clients that a file made. Nothing differs for a file that was applied. */
export function changesBetween(entries: readonly ClientEntry[], rows: readonly ClientRow[]): FileChanges {
  const known = new Map(rows.map((row) => [row.clientId, row]));
  const described = new Set(entries.map(({ id }) => id));
  const absent = rows.filter(({ clientId, endedAt }) => endedAt === null && !described.has(clientId));
  return {
    changes: [
      ...entries.flatMap((entry) => changesOf(entry, known.get(entry.id))),
      ...absent.filter(({ managedBy }) => managedBy !== null).map(release),
    ],
    revoked: entries.flatMap((entry) => ('isRevoked' in entry ? (known.get(entry.id) ?? []) : [])),
    warnings: [
      ...entries.filter((entry) => isRevived(entry, known.get(entry.id))).map(({ id }) => ENDED(id)),
      ...absent.map(({ clientId }) => ABSENT(clientId)),
    ],
  };
}

const ENDED = (id: string) =>
  `The client ${id} has ended and stays refused. Give the entry another id, or revoked: true`;
const ABSENT = (id: string) =>
  `The client ${id} is no longer in the file and goes on. End it by DELETE /api/v1/clients/${id}, or by revoked: true in the file`;

const isRevived = (entry: ClientEntry, row: ClientRow | undefined): boolean =>
  !('isRevoked' in entry) && row !== undefined && row.endedAt !== null;

function changesOf(entry: ClientEntry, row: ClientRow | undefined): FileChange[] {
  if (row?.endedAt) return [];
  if ('isRevoked' in entry) return row === undefined ? [] : [{ statement: END, values: [row.id], row }];
  if (row === undefined) return [creationOf(entry)];
  const changes: FileChange[] = [];
  if (differ(entry, row))
    changes.push({ statement: UPDATE, values: [row.id, entry.name, entry.scopes, 'file'], row });
  if (secretsText(entry) !== secretsText(row))
    changes.push({ statement: SET_SECRETS, values: [row.id, ...secretsIn(entry)], row });
  return changes;
}

const creationOf = (entry: RegisteredEntry): FileChange => ({
  statement: CREATE,
  values: [entry.id, entry.name, entry.scopes, ...secretsIn(entry)],
});

/** The API may change it from then on. */
const release = (row: ClientRow): FileChange => ({
  statement: UPDATE,
  values: [row.id, row.name, row.scopes, null],
  row,
});

const differ = (entry: RegisteredEntry, row: ClientRow): boolean =>
  row.managedBy !== 'file' || entry.name !== row.name || entry.scopes.join() !== row.scopes.join();

const secretsIn = (secrets: ClientSecrets): unknown[] => [
  secrets.secretHash,
  secrets.previousSecretHash,
  secrets.previousSecretExpiresAt,
];

const secretsText = (secrets: ClientSecrets): string => JSON.stringify(secretsIn(secrets));
