import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { addEntry } from '../../src/clients/clients-file.editor.js';
import { KeyFile } from '../../src/keys/key-file.js';
import { withPaths } from './files/container-paths.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from './files/temporary-directory.js';
import { serviceBinary } from './process/service-binary.js';

/** Jest runs from the project's root. */
const FOLDER = 'deploy/kubernetes';
const EXAMPLE = 'overlays/example';
/** The copy that docs/kubernetes.md has its reader make. */
const PRODUCTION = join(FOLDER, 'overlays/production');

type Labels = Record<string, string>;
type Port = { name?: string; port: string; targetPort?: string };
type Probe = { httpGet: { port: string; path: string } };

export interface Container {
  name: string;
  command?: string[];
  envFrom?: { configMapRef: { name: string } }[];
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
  ports?: { name: string; containerPort: number }[];
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  resources?: object;
  securityContext?: object;
}

export interface PodTemplate {
  metadata: { labels: Labels };
  spec: {
    containers: Container[];
    volumes?: { name: string; secret?: { secretName: string }; configMap?: { name: string } }[];
    terminationGracePeriodSeconds?: number;
  };
}

/** A resource, as far as the tests read it; its schema is checked for itself. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Labels };
  data?: Record<string, string>;
  spec?: {
    template?: PodTemplate;
    /** Of a Service: the labels themselves. */
    selector?: Labels & { matchLabels?: Labels };
    podSelector?: { matchLabels: Labels };
    ports?: Port[];
    ingress?: { ports: Port[] }[];
    egress?: { to: object[]; ports: Port[] }[];
    policyTypes?: string[];
    scaleTargetRef?: { apiVersion: string; kind: string; name: string };
  };
}

/** Secrets of the example, as the file that shows their form has them. */
export async function exampleSecrets(file = 'secrets.env'): Promise<Record<string, string>> {
  const text = await readFile(join(FOLDER, EXAMPLE, file.replace('.env', '.example.env')), 'utf8');
  const lines = text.split('\n').filter((line) => /^\w+=/.test(line));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** Makes the files that are in no version control and have no example. @param folder what stands for the project's root */
function makeKeyAndClient(folder: string): void {
  new KeyFile(join(folder, PRODUCTION, 'signing-keys.json')).create('ES256');
  addEntry({ id: 'example-api', name: 'Example API' }, join(folder, PRODUCTION, 'clients.yaml'));
}

/**
 * What `kubectl apply -k` of a copy of the example sends, composed by kustomize with the secrets of the example.
 * @param makeFiles makes the key and the file of clients in the copy
 */
export async function composeExample(
  makeFiles: (folder: string) => void | Promise<void> = makeKeyAndClient,
): Promise<Manifest[]> {
  const kustomize = await serviceBinary({ names: ['kustomize'], debianPackage: 'kustomize' });
  const folder = await makeTemporaryDirectory('kubernetes');
  const overlay = join(folder, PRODUCTION);
  await cp(join(FOLDER, 'base'), join(folder, FOLDER, 'base'), { recursive: true });
  await cp(join(FOLDER, EXAMPLE), overlay, { recursive: true });
  for (const file of ['secrets.env', 'migration-secrets.env']) {
    const secrets = Object.entries(await exampleSecrets(file)).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(overlay, file), secrets.join(''));
  }
  await makeFiles(folder);
  const { stdout } = await promisify(execFile)(kustomize, ['build', overlay]);
  await removeTemporaryDirectory(folder);
  return parseAllDocuments(stdout).map((document) => {
    const manifest = document.toJS() as Manifest;
    return manifest.kind === 'Secret' ? withoutLineBreaks(manifest) : manifest;
  });
}

/** kustomize breaks the lines of long values, and the decoder of the API server ignores that. */
function withoutLineBreaks({ data = {}, ...secret }: Manifest): Manifest {
  const joined = Object.entries(data).map(([name, value]) => [name, value.replace(/\s/g, '')]);
  return { ...secret, data: Object.fromEntries(joined) as Record<string, string> };
}

/** What a container has in its environment from the manifests, beside that of its image. */
export function environmentOf({ envFrom = [] }: Container, manifests: Manifest[]): Record<string, string> {
  const sources = envFrom.map(({ configMapRef }) => dataOf(find(manifests, 'ConfigMap', configMapRef.name)));
  return Object.assign({}, ...sources) as Record<string, string>;
}

/** The files that the Pod of a template has from Secrets and ConfigMaps, by their path. */
export function filesOf(template: PodTemplate, manifests: Manifest[]): Record<string, string> {
  const { containers, volumes = [] } = template.spec;
  const mounts = containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
  const files = mounts.flatMap(({ name, mountPath }) => {
    const { secret, configMap } = volumes.find((each) => each.name === name)!;
    const data = secret
      ? Object.entries(dataOf(find(manifests, 'Secret', secret.secretName))).map(([key, value]) => [
          key,
          decoded(value),
        ])
      : Object.entries(dataOf(find(manifests, 'ConfigMap', configMap?.name)));
    return data.map(([key, value]) => [`${mountPath}/${key}`, value]);
  });
  return Object.fromEntries(files) as Record<string, string>;
}

/** Writes files of a Pod to a folder that the suite removes. @returns the variables with the paths there */
export async function placeFiles(
  variables: Record<string, string>,
  files: Record<string, string>,
): Promise<Record<string, string>> {
  const folder = await makeTemporaryDirectory('pod');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const paths = Object.keys(files).map((path) => [path, join(folder, path)]);
  return withPaths(variables, Object.fromEntries(paths) as Record<string, string>);
}

const dataOf = ({ kind, metadata, data }: Manifest): Record<string, string> => {
  if (data === undefined) throw new Error(`the ${kind} ${metadata.name} has no data`);
  return data;
};

const decoded = (value: string): string => Buffer.from(value, 'base64').toString();

/** The resource of this kind and name. */
export function find(manifests: Manifest[], kind: string, name = 'ergodrive'): Manifest {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

/** Resources that run Pods, with the one container that each has. */
export function workloads(
  manifests: Manifest[],
): { manifest: Manifest; template: PodTemplate; container: Container }[] {
  return manifests.flatMap((manifest) => {
    const template = manifest.spec?.template;
    if (template === undefined) return [];
    const [container, ...others] = template.spec.containers;
    if (container === undefined || others.length > 0) throw new Error('a Pod of these has one container');
    return [{ manifest, template, container }];
  });
}
