import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Repository } from 'typeorm';
import { CommandsService } from '../commands/commands.service.js';
import type { Actor } from '../common/actor.js';
import type { HotStatement } from '../database/hot-statements.js';
import type { PageQueryDto } from '../http/page-query.dto.js';
import { ProblemError, Problems } from '../http/problem.error.js';
import { changeOfClient } from '../log/change-feed.js';
import { EvictionService } from '../log/eviction.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { ClientScope } from './client-scope.js';
import { Client } from './client.entity.js';
import { hashSecret, newSecret } from './client-secret.js';
import { CREATE, END_CLIENT, LOCK_CLIENT, RENEW_SECRET, UPDATE } from './client-statements.js';

/** How long the secret before a renewal is accepted beside the new one. */
export const SECRET_OVERLAP_SECONDS = 86_400;

/** A client with its secret, which is shown this once. */
export interface IssuedClient extends Pick<Client, 'id' | 'clientId' | 'name' | 'scopes' | 'createdAt'> {
  readonly secret: string;
}

/** A client without its secrets. */
export type ShownClient = Pick<
  Client,
  'id' | 'clientId' | 'managedBy' | 'name' | 'scopes' | 'createdAt' | 'previousSecretExpiresAt'
>;

/** A client whose secret was renewed. */
export interface RenewedClient extends IssuedClient {
  readonly previousSecretExpiresAt: Date;
}

/**
 * The administration of OAuth clients. Each change is effective on every instance when its promise resolves. Clients are named by their
 * `client_id`. Those that a file describes cannot be changed here.
 */
@Injectable()
export class ClientsService {
  constructor(
    @InjectRepository(Client) private readonly clients: Repository<Client>,
    private readonly commands: CommandsService,
    private readonly sessions: SessionsService,
    private readonly evictions: EvictionService,
  ) {}

  /** @throws ProblemError 401 or 403 when the caller may not any more */
  async create(name: string, scopes: readonly ClientScope[], by: Actor): Promise<IssuedClient> {
    const secret = newSecret();
    const values = [name, scopes, hashSecret(secret)];
    const client = await this.commands.run(by, [], (command) =>
      command.act<Omit<IssuedClient, 'secret'>>(CREATE, values),
    );
    return { ...client, secret };
  }

  /**
   * Changes the name or what the client may do. Sessions that it opened go on.
   * @throws ProblemError 401 or 403 when the caller may not any more, 404, 409 `client_managed_by_file`
   */
  async update(
    id: string,
    { name, scopes }: Partial<Pick<Client, 'name' | 'scopes'>>,
    by: Actor,
  ): Promise<ShownClient> {
    const client = await this.change<Omit<ShownClient, 'managedBy'>>(UPDATE, id, [name, scopes], by);
    await this.outlast(client.id);
    return { ...client, managedBy: null };
  }

  /** Oldest first, without those that have ended. */
  async list({ page, page_size }: PageQueryDto): Promise<{ total: number; clients: ShownClient[] }> {
    const [clients, total] = await this.clients.findAndCount({
      where: { endedAt: IsNull() },
      order: { createdAt: 'ASC', id: 'ASC' },
      skip: (page - 1) * page_size,
      take: page_size,
    });
    return { total, clients };
  }

  /**
   * Makes a new secret. The one before is accepted for {@link SECRET_OVERLAP_SECONDS}, any older one no more.
   * @throws ProblemError 401 or 403 when the caller may not any more, 404, 409 `client_managed_by_file`
   */
  async renewSecret(id: string, by: Actor): Promise<RenewedClient> {
    const secret = newSecret();
    const values = [hashSecret(secret), SECRET_OVERLAP_SECONDS];
    const client = await this.change<Omit<RenewedClient, 'secret'>>(RENEW_SECRET, id, values, by);
    await this.outlast(client.id);
    return { ...client, secret };
  }

  /**
   * Ends the client and every session that it opened. It can be repeated, so that sessions end that an outage left.
   * @throws ProblemError 401 or 403 when the caller may not any more, 404, 409 `client_managed_by_file`
   */
  async end(id: string, by: Actor): Promise<void> {
    const client = await this.change(END_CLIENT, id, [], by);
    await Promise.all([this.outlast(client.id), this.sessions.revokeOfClient(id, by)]);
  }

  private async change<T extends { id: string }>(
    statement: HotStatement,
    id: string,
    values: readonly unknown[],
    by: Actor,
  ): Promise<T> {
    return this.commands.run(by, [], async (command) => {
      const [client] = await command.run<{ managed_by: Client['managedBy'] }>(LOCK_CLIENT, [id]);
      const row = await command.act<T | { id: null }>(statement, [id, ...values]);
      if (row.id !== null) return row;
      if (client?.managed_by === 'file') throw new ProblemError('client_managed_by_file');
      throw Problems.notFound('Client not found');
    });
  }

  private async outlast(id: string): Promise<void> {
    await this.evictions.waitOutMemories([changeOfClient(id)]);
  }
}
