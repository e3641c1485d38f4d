import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { FastifyInstance } from 'fastify';
import { AppConfig } from '../config/app-config.js';

const REASON = { shutdown: { status: 'down', reason: 'the instance is shutting down' } } as const;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * The first part of a shutdown: the instance is not ready any more and serves on, until load balancers send no more requests. Each
 * answer ends its connection, so that the next request comes by a new one, to another instance.
 */
@Injectable()
export class Draining implements OnModuleDestroy {
  private readonly logger = new Logger('Shutdown');
  private hasBegun = false;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly config: AppConfig,
  ) {}

  /** What `/health/ready` and `/health/serving` answer with 503; `undefined` before the shutdown. */
  get report(): HealthCheckResult | undefined {
    return this.hasBegun
      ? { status: 'shutting_down', info: {}, error: { ...REASON }, details: { ...REASON } }
      : undefined;
  }

  /** Before the hooks by which other parts stop. A second signal ends the drain time early. */
  async onModuleDestroy(): Promise<void> {
    this.hasBegun = true;
    this.adapterHost.httpAdapter.getInstance<FastifyInstance>().endsConnections = true;
    const { drainSeconds } = this.config.http;
    if (drainSeconds === 0) return;
    this.logger.log(
      `Not ready any more; requests are served for ${drainSeconds} s, or until the next signal`,
    );
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        for (const signal of SIGNALS) process.off(signal, end);
        resolve();
      };
      const timer = setTimeout(end, drainSeconds * 1000);
      for (const signal of SIGNALS) process.once(signal, end);
    });
  }
}
