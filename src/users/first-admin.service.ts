import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ADMIN_ROLE } from '../config/roles.js';
import { PeriodicTask } from '../common/periodic-task.js';
import { ProblemError } from '../http/problem.error.js';
import { AppConfig } from '../config/app-config.js';
import { ConfigurationError } from '../config/configuration.error.js';
import { FIRST_ADMIN_NAME } from '../config/first-admin.js';
import type { Credentials } from './account-statements.js';
import { UsersService } from './users.service.js';

const RETRY_MS = 5000;

/**
 * Creates the admin that `ADMIN_EMAIL` names. An existing account with that address is not changed. A password that is
 * known from a breach stops the start. Any other failure does not: it is logged, and the creation is repeated until it succeeds.
 */
@Injectable()
export class FirstAdminService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(FirstAdminService.name);
  private readonly retry = new PeriodicTask(FirstAdminService.name, RETRY_MS, async () => {
    try {
      await this.create();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      // The password stays what it is: another attempt would only ask the list of breached passwords again.
      this.logger.error(error.message);
    }
    // Not awaited: `stop` waits for the current run, which is this one.
    void this.retry.stop();
  });

  constructor(
    private readonly users: UsersService,
    private readonly config: AppConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.create();
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      this.logger.error(`${messageOf(error)}. It will be tried again every ${RETRY_MS / 1000} s.`);
      this.retry.start();
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.retry.stop();
  }

  /** Whoever registers the address first keeps the operator from an admin: addresses are not verified. */
  private noteUnlessAdmin({ role, isActive }: Credentials): void {
    if (role === ADMIN_ROLE && isActive) return;
    const state = isActive ? `the role ${role}` : 'been deactivated';
    this.logger.warn(
      `No first admin: the account that ADMIN_EMAIL names exists already, and has ${state}. Nothing about it was changed`,
    );
  }

  /** @throws ConfigurationError for a password that is not accepted */
  private async create(): Promise<void> {
    const admin = this.config.firstAdmin;
    try {
      if (admin === undefined) return;
      const existing = await this.users.findCredentials(admin.email);
      if (existing !== undefined) {
        this.noteUnlessAdmin(existing);
        return;
      }
      await this.users.create({
        ...admin,
        fullName: FIRST_ADMIN_NAME,
        role: ADMIN_ROLE,
        origin: 'configuration',
      });
      this.logger.log('Created the first admin, named by ADMIN_EMAIL');
    } catch (error) {
      const { code, errors = [] } = error instanceof ProblemError ? error.problem : {};
      // Another instance, started at the same time, created it first.
      if (code === 'email_taken') return;
      if (code === 'validation_failed')
        throw new ConfigurationError(
          errors.map(({ message }) => `ADMIN_PASSWORD is not accepted. ${message}`),
        );
      throw new Error(`The first admin (ADMIN_EMAIL) was not created: ${messageOf(error)}`, { cause: error });
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
