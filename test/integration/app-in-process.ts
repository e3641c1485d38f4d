import { randomUUID } from 'node:crypto';
import type { Abstract, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import type { AppLogger } from '../../src/common/app.logger.js';
import { loadConfig } from '../../src/config/load-config.js';
import { createApp } from '../../src/create-app.js';
import { TEST_ISSUER } from '../support/app/app-process.js';
import { forgetResource, rememberResource } from '../support/jest/suite-resources.js';
import { placeEmbeddedPostgres } from '../support/postgres/embedded-template.js';
import { waitFor } from '../support/wait-for.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';

export interface Answer {
  status: number;
  headers: Readonly<Record<string, unknown>>;
  body: Record<string, unknown>;
}

export interface Call {
  token?: string;
  /** JSON, or text of the content type in the headers. */
  body?: object | string;
  headers?: Readonly<Record<string, string>>;
}

/** The whole application inside the test's process, so that a test can hold its services in the middle of something. */
export class AppInProcess {
  private opened?: { app: NestFastifyApplication; dataDir: string };

  /** @param variables the environment, on top of what every test needs; without DATABASE_URL the database is embedded */
  static async start(variables: Readonly<Record<string, string>>, logger?: AppLogger): Promise<AppInProcess> {
    const started = new AppInProcess();
    await started.open(variables, logger);
    return started;
  }

  async open(variables: Readonly<Record<string, string>>, logger?: AppLogger): Promise<void> {
    const dataDir = await makeTemporaryDirectory('app-in-process');
    const common = {
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      DATA_DIR: dataDir,
      JWT_SECRET: randomUUID() + randomUUID(),
      ISSUER_URL: TEST_ISSUER,
      RATE_LIMIT_ENABLED: 'false',
    };
    if (!('DATABASE_URL' in variables)) await placeEmbeddedPostgres(dataDir);
    const app = await createApp(loadConfig({ ...common, ...variables }), logger);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    this.opened = { app, dataDir };
    rememberResource(this, () => this.stop());
  }

  get app(): NestFastifyApplication {
    return this.running.app;
  }

  private get running() {
    if (this.opened === undefined) throw new Error('the application is not started yet');
    return this.opened;
  }

  /** Resolves when the cache is trusted. */
  async trusted(): Promise<void> {
    await waitFor(async () => (await this.call('GET', '/health')).body['status'] === 'healthy', {
      what: 'the cache to be trusted',
    });
  }

  /** A provider, by its class or token. */
  get<T>(token: Type<T> | Abstract<T> | symbol): T {
    return this.app.get<T>(token, { strict: false });
  }

  async call(method: string, path: string, { token, body, headers }: Call = {}): Promise<Answer> {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await this.app.inject({
      method: method as 'GET',
      url: path,
      headers: { ...authorization, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    const isJson = /[/+]json\b/.test(String(answer.headers['content-type']));
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: isJson && answer.body !== '' ? answer.json<Record<string, unknown>>() : {},
    };
  }

  /** SQL on the application's own connections. */
  query(statement: string, values: unknown[] = []): Promise<unknown> {
    return this.get(DataSource).query(statement, values);
  }

  async stop(): Promise<void> {
    forgetResource(this);
    await this.app.close();
    await removeTemporaryDirectory(this.running.dataDir);
  }
}
