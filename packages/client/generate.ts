import { fileURLToPath } from 'node:url';
import { createClient } from '@hey-api/openapi-ts';

/** Where the generated code is kept. */
export const GENERATED = fileURLToPath(new URL('src/generated/', import.meta.url));

/**
 * Writes the client of an OpenAPI document: a method for each operation, grouped as `operationId` says (`Auth_logout` becomes
 * `api.auth.logout`), with the types of its parameters and answers.
 *
 * @param folder is emptied first
 */
export async function generateClient(document: object, folder: string): Promise<void> {
  await createClient({
    input: document as Record<string, unknown>,
    output: { path: folder, module: { extension: '.js' }, entryFile: false, tsConfigPath: null },
    logs: { level: 'silent', file: false },
    plugins: [
      '@hey-api/client-fetch',
      '@hey-api/typescript',
      {
        name: '@hey-api/sdk',
        operations: {
          strategy: 'single',
          containerName: 'Api',
          nesting: 'operationId',
          nestingDelimiters: /_/,
        },
      },
    ],
  });
}
