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
import { APP_FILTER } from '@nestjs/core';
import type { VerifierOptions } from '../options.js';
import { createVerifier, Verifier } from '../verifier.js';
import { JwtStrategy } from './jwt.strategy.js';
import { VerifierExceptionFilter } from './verifier-exception.filter.js';

const OPTIONS = Symbol('VerifierOptions');

export interface VerifierAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  inject?: (InjectionToken | OptionalFactoryDependency)[];
  useFactory: (...dependencies: never[]) => VerifierOptions | Promise<VerifierOptions>;
}

/**
 * Gives every module `Verifier`, and `AuthGuard('jwt')` its strategy. Failures towards the issuer are logged by Nest's
 * logger, unless `onError` is set. The verifier is closed when the application is.
 */
@Module({})
export class VerifierModule implements OnApplicationShutdown {
  constructor(@Inject(Verifier) private readonly verifier: Verifier) {}

  static forRoot(options: VerifierOptions): DynamicModule {
    return moduleWith({ provide: OPTIONS, useValue: options });
  }

  static forRootAsync({ imports = [], inject = [], useFactory }: VerifierAsyncOptions): DynamicModule {
    return moduleWith({ provide: OPTIONS, inject, useFactory }, imports);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.verifier.close();
  }
}

function moduleWith(options: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
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
      JwtStrategy,
      { provide: APP_FILTER, useClass: VerifierExceptionFilter },
    ],
    exports: [Verifier],
  };
}

const logger = new Logger('Verifier');
const log = (error: Error) => logger.warn(error.message);
