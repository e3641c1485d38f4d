import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ClientScope } from './client-scope.js';

/** A service that authenticates to this one. An admin registers it, so every client is a first-party client. */
@Entity('oauth_clients')
export class Client {
  /** `client_id`. */
  @PrimaryColumn('uuid')
  id: string;

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

/** A client that has authenticated; `id` is its `client_id`. */
export type OAuthClient = Pick<Client, 'id' | 'name' | 'scopes'>;

/** What decides whether a secret is accepted. */
export type ClientSecrets = Pick<Client, 'secretHash' | 'previousSecretHash' | 'previousSecretExpiresAt'>;
