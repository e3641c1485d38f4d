import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ClientScope } from './client-scope.js';

/** A service that authenticates to this one. An admin registers it, so every client is a first-party client. */
@Entity('oauth_clients')
export class Client {
  /** Of the row, and of its changes in the invalidation log. */
  @PrimaryColumn('uuid')
  id: string;

  /** What the client authenticates by: the id of its entry in the file of clients, or that of the row. PostgreSQL makes it. */
  @Column({ type: 'text', name: 'client_id', insert: false, update: false })
  clientId: string;

  /** What describes the client, and alone changes it; `null` for the API. */
  @Column('text', { name: 'managed_by', nullable: true })
  managedBy: 'file' | null;

  /** For people. */
  @Column('text')
  name: string;

  /** What the client may do. */
  @Column('text', { array: true })
  scopes: ClientScope[];

  /** SHA-256 of the secret. */
  @Column('bytea', { name: 'secret_hash' })
  secretHash: Buffer;

  /** SHA-256 of the secret before it, which is accepted until the time below. */
  @Column('bytea', { name: 'previous_secret_hash', nullable: true })
  previousSecretHash: Buffer | null;

  @Column('timestamptz', { name: 'previous_secret_expires_at', nullable: true })
  previousSecretExpiresAt: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  /** Since then the client is refused. The row stays, because sessions and the audit trail name it. */
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt: Date | null;
}

/** A client that has authenticated. */
export interface OAuthClient extends Pick<Client, 'name' | 'scopes'> {
  /** Its `client_id`. */
  readonly id: string;
}

/** What decides whether a secret is accepted. */
export type ClientSecrets = Pick<Client, 'secretHash' | 'previousSecretHash' | 'previousSecretExpiresAt'>;
