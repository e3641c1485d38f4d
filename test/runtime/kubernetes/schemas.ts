import { execFile } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../../support/files/temporary-directory.js';
import type { Manifest } from '../../support/kubernetes.js';

/** A class of kubernetes-models: https://github.com/tommy351/kubernetes-models-ts/pull/258 has the schemas of Kubernetes 1.36.0. */
type Model = new (data: Manifest) => { validate(): void };

const moduleOf = ({ apiVersion, kind }: Manifest) => `kubernetes-models/${apiVersion}/${kind}`;

/** What the JSON schemas of the kinds object to: types, enumerations, formats such as quantities, missing members. */
export async function schemaObjections(manifests: Manifest[]): Promise<string[]> {
  const objections: string[] = [];
  for (const manifest of manifests) {
    // One after the other: Jest cannot load modules that import each other at the same time.
    const models = (await import(moduleOf(manifest))) as Record<string, Model>;
    try {
      new models[manifest.kind]!(manifest).validate();
    } catch (error) {
      objections.push(`${manifest.kind} ${manifest.metadata.name}: ${(error as Error).message}`);
    }
  }
  return objections;
}

/**
 * What TypeScript objects to in the same types: members that the kind does not have. The schemas allow them, as the API server does unless
 * it is asked for strict validation.
 */
export async function unknownMembers(manifests: Manifest[]): Promise<string[]> {
  const folder = await makeTemporaryDirectory('manifests');
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  const lines = manifests.flatMap((manifest, index) => [
    `import type { I${manifest.kind} as T${index} } from '${moduleOf(manifest)}';`,
    `export const m${index}: T${index} = ${JSON.stringify(manifest)};`,
  ]);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'manifests.ts'), lines.join('\n'));
  const options = '--noEmit --strict --module nodenext --target es2023 --skipLibCheck --pretty false';
  const args = [resolve('node_modules/typescript/bin/tsc'), ...options.split(' '), 'manifests.ts'];
  const output = await promisify(execFile)(process.execPath, args, { cwd: folder }).then(
    () => '',
    (error: unknown) => (error as { stdout: string }).stdout,
  );
  await removeTemporaryDirectory(folder);
  return output.split('\n').filter((line) => line !== '');
}
