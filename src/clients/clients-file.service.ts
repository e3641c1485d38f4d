import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { actorValues } from '../audit/audit-line.js';
import { CommandsService } from '../commands/commands.service.js';
import { SERVICE_ACTOR } from '../common/actor.js';
import { newGauge } from '../common/metrics.js';
import { PeriodicTask } from '../common/periodic-task.js';
import { AppConfig } from '../config/app-config.js';
import { changeOfClient } from '../log/change-feed.js';
import { EvictionService } from '../log/eviction.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import type { ClientsFile } from './clients-file.js';
import { changesBetween, type ClientRow, type FileChanges } from './clients-file.changes.js';
import { ClientsFileReader } from './clients-file.reader.js';
import { READ, TAKE_TURN } from './clients-file.statements.js';

/** Not the events of the file system: Kubernetes replaces a file by its folder's link, and network file systems have none. */
const POLL_MS = 1000;
/** A file that is written in place is read as it is in between. So a change counts when it is read twice. */
const SETTLE_MS = 200;

/**
 * Brings the clients of `CLIENTS_FILE` to PostgreSQL: before this instance serves, which a wrong file prevents, and after each change of
 * the file or of its files of secrets. What cannot be applied is logged and tried again; the clients stay as they are.
 */
@Injectable()
export class ClientsFileService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ClientsFileService.name);
  private task: PeriodicTask | undefined;
  /** The fingerprint of what this instance applied last. */
  private applied: string | undefined;
  private isCurrent = false;

  constructor(
    private readonly commands: CommandsService,
    private readonly sessions: SessionsService,
    private readonly evictions: EvictionService,
    private readonly config: AppConfig,
  ) {}

  /** @throws ConfigurationError for a wrong file, Error of the driver */
  async onApplicationBootstrap(): Promise<void> {
    const { clientsFile } = this.config;
    if (clientsFile === undefined) return;
    newGauge(
      'ergodrive_clients_file_applied',
      'Whether the clients are as CLIENTS_FILE says: 0 while it is wrong or could not be applied',
      () => Number(this.isCurrent),
    );
    const reader = new ClientsFileReader(clientsFile);
    await this.follow(reader);
    this.task = new PeriodicTask(ClientsFileService.name, POLL_MS, () => this.follow(reader));
    this.task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task?.stop();
  }

  private async follow(reader: ClientsFileReader): Promise<void> {
    try {
      const file = await this.settled(reader);
      if (file.fingerprint !== this.applied) await this.apply(file);
      this.isCurrent = true;
    } catch (error) {
      this.isCurrent = false;
      throw error;
    }
  }

  /** The file, after a change once it has stayed the same for a moment. @throws ConfigurationError */
  private async settled(reader: ClientsFileReader): Promise<ClientsFile> {
    for (let last: string | undefined; ;) {
      const file = reader.read();
      if (file.fingerprint === last || file.fingerprint === this.applied) return file;
      last = file.fingerprint;
      await pause(SETTLE_MS);
    }
  }

  /** Resolves when every instance knows the changes, and the sessions of revoked clients have ended. */
  private async apply({ entries, fingerprint }: ClientsFile): Promise<void> {
    const { changes, revoked, warnings } = await this.commit(entries);
    const changed = new Set(changes.flatMap(({ row }) => row?.id ?? []));
    await this.evictions.waitOutMemories([...changed].map(changeOfClient));
    for (const { clientId } of revoked) await this.sessions.revokeOfClient(clientId, SERVICE_ACTOR);
    for (const warning of warnings) this.logger.warn(warning);
    this.logger.log(`CLIENTS_FILE is applied: ${entries.length} entries, ${changes.length} changes`);
    this.applied = fingerprint;
  }

  /** Of instances that apply the same file together, the first one changes the clients, and the others find nothing to change. */
  private commit(entries: ClientsFile['entries']): Promise<FileChanges> {
    return this.commands.run(SERVICE_ACTOR, [], async ({ run }) => {
      await run(TAKE_TURN, []);
      const found = changesBetween(entries, await run<ClientRow>(READ, []));
      for (const { statement, values } of found.changes)
        await run(statement, [...actorValues(SERVICE_ACTOR), ...values]);
      return found;
    });
  }
}
