import { type DynamicModule, Global, Module } from '@nestjs/common';
import { InMemoryIssuer } from '../testing/in-memory-issuer.js';
import { createVerifier } from '../create-verifier.js';
import { Verifier } from '../verifier.js';
import { VerifierModule, type VerifierModuleOptions } from './verifier.module.js';

/** What is needed of the builder of `@nestjs/testing`. */
interface TestingModuleBuilder {
  overrideProvider(token: unknown): { useValue(value: unknown): unknown };
}

@Global()
@Module({
  providers: [{ provide: InMemoryIssuer, useFactory: () => InMemoryIssuer.create() }],
  exports: [InMemoryIssuer],
})
class InMemoryIssuerModule {}

/** `VerifierModule` with an issuer in memory, for tests without a network. `InMemoryIssuer` makes the tokens, and can be injected. */
@Module({})
export class VerifierTestingModule {
  /** For tests of single modules, without the application's own `VerifierModule`. */
  static forRoot({ guard }: VerifierModuleOptions = {}): DynamicModule {
    const verifier = VerifierModule.forRootAsync({
      ...(guard === undefined ? {} : { guard }),
      imports: [InMemoryIssuerModule],
      inject: [InMemoryIssuer],
      useFactory: ({ options }: InMemoryIssuer) => options,
    });
    return { module: VerifierTestingModule, imports: [verifier] };
  }

  /**
   * Replaces the verifier of a whole application, before `builder.compile()`. The application closes it.
   * @returns the issuer, which makes the tokens
   */
  static async replaceIn(builder: TestingModuleBuilder): Promise<InMemoryIssuer> {
    const issuer = await InMemoryIssuer.create();
    builder.overrideProvider(Verifier).useValue(await createVerifier(issuer.options));
    return issuer;
  }
}
