import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ProblemError } from '../common/problem.error.js';
import { AppConfig } from '../config/app-config.js';
import { UsersService } from './users.service.js';

/** Creates the admin that the environment names, unless the address is taken; an existing account is left as it is. */
@Injectable()
export class FirstAdminService implements OnApplicationBootstrap {
  private readonly logger = new Logger(FirstAdminService.name);

  constructor(
    private readonly users: UsersService,
    private readonly config: AppConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const admin = this.config.firstAdmin;
    if (admin === undefined || (await this.users.findCredentials(admin.email))) return;
    try {
      await this.users.create({ ...admin, fullName: 'Administrator', role: 'admin' });
      this.logger.log('Created the first admin, named by ADMIN_EMAIL');
    } catch (error) {
      // Another instance that starts at the same time was quicker.
      if (!(error instanceof ProblemError)) throw error;
    }
  }
}
