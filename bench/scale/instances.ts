import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule } from '../../src/audit/audit.module.js';
import { BlacklistService } from '../../src/cache/blacklist.service.js';
import { CacheModule } from '../../src/cache/cache.module.js';
import { CacheStatus } from '../../src/cache/cache-status.js';
import { Standing } from '../../src/standing/standing.js';
import { SERVICE_ACTOR } from '../../src/common/actor.js';
import type { AppConfig } from '../../src/config/app-config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { loadConfig } from '../../src/config/load-config.js';
import { DatabaseModule } from '../../src/database/database.module.js';
import { ChangeFeed } from '../../src/log/change-feed.js';
import { LogModule } from '../../src/log/log.module.js';
import { RecentLog } from '../../src/events/recent-log.js';
import { SessionsModule } from '../../src/sessions/sessions.module.js';
import { SessionsService } from '../../src/sessions/sessions.service.js';
import { UsersModule } from '../../src/users/users.module.js';
import { waitFor } from '../../test/support/wait-for.js';

const TOKEN_LIFE_SECONDS = 1800;

/** A session to revoke. `tokenId` is the `jti` of its access token. */
export interface LiveSession {
  readonly id: string;
  readonly userId: string;
  readonly tokenId: string;
}

/** What the followers of a process have read. */
export interface FollowerCounts {
  readonly reads: number;
  /** Reads that brought rows: each deletes entries in Redis. */
  readonly pages: number;
  readonly rows: number;
  /** Connections that were lost, because an answer came too late; the rows until the next one are not read. */
  readonly skips: number;
}

/** The product without HTTP: everything that follows the log, writes it, and uses PostgreSQL and Redis for that. */
@Module({})
class InstanceModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: InstanceModule,
      imports: [
        ConfigModule.forRoot(config),
        DatabaseModule,
        CacheModule,
        LogModule,
        AuditModule,
        UsersModule,
        SessionsModule,
      ],
    };
  }
}

/** Instances of the product in this process. Each has its own pool, follower and connection to Redis. */
export class Instances {
  private readonly contexts: INestApplicationContext[] = [];
  private reads = 0;
  private pages = 0;
  private rows = 0;
  private skips = 0;

  constructor(private readonly env: Readonly<Record<string, string>>) {}

  get counts(): FollowerCounts {
    const { reads, pages, rows, skips } = this;
    return { reads, pages, rows, skips };
  }

  /** Starts one more. Resolves when it follows the log and uses Redis. */
  async add(): Promise<void> {
    const context = await NestFactory.createApplicationContext(InstanceModule.forRoot(loadConfig(this.env)), {
      logger: false,
    });
    context.get(RecentLog, { strict: false }).readings.subscribe((hasRows) => {
      this.reads += 1;
      if (hasRows) this.pages += 1;
    });
    context.get(ChangeFeed, { strict: false }).subscribe(({ kind }) => {
      if (kind === 'log.skipped') this.skips += 1;
      else this.rows += 1;
    });
    const trust = context.get(CacheStatus, { strict: false });
    await waitFor(() => trust.isAvailable, { what: 'the cache to be trusted', timeoutMs: 60_000 });
    this.contexts.push(context);
  }

  /** Logs a session out, as the route does. */
  async revoke({ id, userId, tokenId }: LiveSession, index: number): Promise<void> {
    const context = this.contexts[index % this.contexts.length];
    if (context === undefined) throw new RangeError('no instance runs');
    const ended = await context
      .get(SessionsService, { strict: false })
      .revoke({ userId, id }, 'logout', SERVICE_ACTOR);
    if (ended !== 1) throw new Error('a session was not revoked');
    const expiresAt = Math.floor(Date.now() / 1000) + TOKEN_LIFE_SECONDS;
    const { history } = context.get(Standing, { strict: false });
    context.get(BlacklistService, { strict: false }).add(tokenId, expiresAt, history);
  }

  async stop(): Promise<void> {
    await Promise.all(this.contexts.map((context) => context.close()));
  }
}
