import {
  type DynamicModule,
  type InjectionToken,
  Logger,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type OptionalFactoryDependency,
  type Provider,
  Inject,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { VerifierOptions } from '../options.js';
import { createVerifier } from '../create-verifier.js';
import { Verifier } from '../verifier.js';
import { VerifierAuthGuard } from './verifier-auth.guard.js';
import { VerifierConnections } from './verifier-connections.js';
import { VerifierExceptionFilter } from './verifier-exception.filter.js';

const OPTIONS = Symbol('VerifierOptions');

export interface VerifierModuleOptions {
  /** `global` (default): every route and resolver needs a token, unless it says otherwise. `off`: only where `UseVerifier` is. */
  guard?: 'global' | 'off';
}

export interface VerifierAsyncOptions extends Pick<ModuleMetadata, 'imports'>, VerifierModuleOptions {
  inject?: (InjectionToken | OptionalFactoryDependency)[];
  useFactory: (...dependencies: never[]) => VerifierOptions | Promise<VerifierOptions>;
}

/**
 * Gives every module `Verifier` and `VerifierConnections`, and protects every route and resolver. Failures towards the issuer are logged
 * by Nest's logger, unless `onError` is set. The verifier is closed when the application is.
 */
@Module({})
export class VerifierModule implements OnApplicationShutdown {
  constructor(@Inject(Verifier) private readonly verifier: Verifier) {}

  static forRoot({ guard, ...options }: VerifierOptions & VerifierModuleOptions): DynamicModule {
    return moduleWith({ provide: OPTIONS, useValue: options }, { guard });
  }

  static forRootAsync({ inject = [], useFactory, ...rest }: VerifierAsyncOptions): DynamicModule {
    return moduleWith({ provide: OPTIONS, inject, useFactory }, rest);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.verifier.close();
  }
}

function moduleWith(
  options: Provider,
  { imports = [], guard = 'global' }: Pick<VerifierAsyncOptions, 'imports' | 'guard'>,
): DynamicModule {
  return {
    module: VerifierModule,
    global: true,
    imports,
    providers: [
      options,
      {
        provide: Verifier,
        inject: [OPTIONS],
        useFactory: (given: VerifierOptions) => createVerifier({ onError: log, ...given }),
      },
      VerifierConnections,
      { provide: APP_FILTER, useClass: VerifierExceptionFilter },
      ...(guard === 'global' ? [{ provide: APP_GUARD, useClass: VerifierAuthGuard }] : []),
    ],
    exports: [Verifier, VerifierConnections],
  };
}

const logger = new Logger('Verifier');
const log = (error: Error) => logger.warn(error.message);
