import { type DynamicModule, type INestApplication, Module, type Type } from '@nestjs/common';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { AddressInfo } from 'node:net';
import type { ExpressAdapter } from 'nest-platform-express';
import { VerifierTestingModule } from '../../src/nestjs/index.js';
import { InMemoryIssuer } from '../../src/testing/index.js';

export type KitApp = Awaited<ReturnType<typeof startApp>>;

/** Starts an application whose tokens come from an issuer in memory. */
export async function startApp(
  adapt: () => FastifyAdapter | ExpressAdapter,
  metadata: { controllers?: Type[]; providers?: Type[]; imports?: DynamicModule[] },
  prepare: (app: INestApplication) => void = () => undefined,
) {
  @Module({ ...metadata, imports: [VerifierTestingModule.forRoot(), ...(metadata.imports ?? [])] })
  class AppModule {}
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication(adapt() as FastifyAdapter, { logger: false });
  prepare(app);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  return { app, issuer: app.get(InMemoryIssuer), url: `http://127.0.0.1:${port}` };
}
