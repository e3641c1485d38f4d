import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import type { Member } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { keepMails } from './letters.js';
import { registerAdmin } from './oauth-clients.js';

/** Two instances on one database and one Redis, behind a proxy, whose mails stay in the outbox; and an admin. */
export class ErasureInstances {
  private constructor(
    readonly app: AppInProcess,
    readonly other: AppInProcess,
    readonly admin: Member,
    readonly redis: TestRedis,
    private readonly database: TestDatabase,
  ) {}

  static async start(): Promise<ErasureInstances> {
    const [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      JWT_SECRET: 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu',
      TRUSTED_PROXIES: '1',
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'no-reply@example.org',
    };
    const [app, other] = [await AppInProcess.start(env), await AppInProcess.start(env)];
    for (const one of [app, other]) await Promise.all([one.trusted(), keepMails(one)]);
    return new ErasureInstances(app, other, await registerAdmin(app), redis, database);
  }

  async stop(): Promise<void> {
    await Promise.all([this.app.stop(), this.other.stop()]);
    await this.redis.stop();
    await this.database.drop();
  }
}
