import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { MaintenanceConnection } from '../database/maintenance-connection.js';

const COUNTS = `
  SELECT role, count(*)::int AS accounts FROM users WHERE role <> ALL ($1::text[]) GROUP BY role ORDER BY role`;

/**
 * Warns at the start of accounts whose role `ROLES` does not name any more. They keep it until an admin changes it. The count reads the
 * whole table, so it runs beside the requests, and a failure only costs the warning.
 */
@Injectable()
export class FormerRoles implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(FormerRoles.name);
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly maintenance: MaintenanceConnection,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.report().catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn(`Accounts with roles that ROLES does not name were not counted: ${reason}`);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.running;
  }

  private async report(): Promise<void> {
    const counts = await this.maintenance.run('former-roles', async (client) => {
      const { names } = this.config.roles;
      return (await client.query<{ role: string; accounts: number }>(COUNTS, [names])).rows;
    });
    if (counts === undefined || counts.length === 0) return;
    const accounts = Object.fromEntries(counts.map(({ role, accounts: count }) => [role, count]));
    this.logger.warn({ msg: 'Accounts have roles that ROLES does not name. They keep them', accounts });
  }
}
