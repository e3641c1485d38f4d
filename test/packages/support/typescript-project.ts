/** One module with every entry of the libraries, for each kind of module. It verifies a token without a network, and prints what it saw. */
const MODULE = `
import { createClient } from '@ergodrive/client';
import { createVerifier, type Principal, VerifierError } from '@ergodrive/verifier';
import { authenticate } from '@ergodrive/verifier/express';
import { authenticate as hook } from '@ergodrive/verifier/fastify';
import { CurrentPrincipal, Public, Roles, UseVerifier, VerifierModule, VerifierTestingModule } from '@ergodrive/verifier/nestjs';
import { InMemoryIssuer } from '@ergodrive/verifier/testing';

export const kit = [CurrentPrincipal, Public, Roles, UseVerifier, VerifierModule, VerifierTestingModule];

async function main(): Promise<void> {
  const issuer = await InMemoryIssuer.create();
  const verifier = await createVerifier(issuer.options);
  const handlers = [authenticate(verifier), hook(verifier), createClient({ baseUrl: 'http://127.0.0.1:1' })];
  const { token, session } = await issuer.logIn({ role: 'admin' });
  const { sub, role }: Principal = await verifier.verify(token);
  issuer.revoke(session);
  const code = await refusalOf(() => verifier.verify(token));
  console.log(JSON.stringify({ isSameUser: sub === session.sub, role, code, handlers: handlers.length }));
  await verifier.close();
}

async function refusalOf(verify: () => Promise<unknown>): Promise<string> {
  for (;;) {
    try {
      await verify();
    } catch (error) {
      return error instanceof VerifierError ? error.code : 'another class of error';
    }
  }
}

void main();
`;

/** What {@link MODULE} prints. */
export const PRINTED = { isSameUser: true, role: 'admin', code: 'token_revoked', handlers: 3 };

/** The settings of `nest new`, as strict as they get. */
const OPTIONS = {
  target: 'ES2022',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  esModuleInterop: true,
  types: ['node'],
};

const config = (file: string, options: object) =>
  JSON.stringify({ compilerOptions: { ...OPTIONS, outDir: 'out', ...options }, files: [file] });

/** A project in which each kind of module has a file, and a configuration of TypeScript. */
export const TYPESCRIPT_PROJECT: Readonly<Record<string, string>> = {
  'package.json': '{ "private": true }\n',
  'esm.mts': MODULE,
  'commonjs.cts': MODULE,
  'older.ts': MODULE,
  'tsconfig.esm.json': config('esm.mts', { module: 'nodenext' }),
  'tsconfig.commonjs.json': config('commonjs.cts', { module: 'nodenext' }),
  // What the CLI of NestJS 10 and older made.
  'tsconfig.older.json': config('older.ts', { module: 'commonjs', moduleResolution: 'node10' }),
};
