import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { makeTemporaryDirectory, removeTemporaryDirectory } from './files/temporary-directory.js';
import { serviceBinary } from './process/service-binary.js';

/** Jest runs from the project's root. */
const FOLDER = 'deploy/kubernetes';
const EXAMPLE = 'overlays/example';

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

interface PodTemplate {
  metadata: { labels: Labels };
  spec: {
    containers: Container[];
    volumes?: { name: string; secret: { secretName: string } }[];
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

/** What `kubectl apply -k` of the example sends, composed by kustomize with the secrets of the example. */
export async function composeExample(): Promise<Manifest[]> {
  const kustomize = await serviceBinary({ names: ['kustomize'], debianPackage: 'kustomize' });
  const folder = await makeTemporaryDirectory('kubernetes');
  await cp(FOLDER, folder, { recursive: true });
  for (const file of ['secrets.env', 'migration-secrets.env']) {
    const secrets = Object.entries(await exampleSecrets(file)).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(folder, EXAMPLE, file), secrets.join(''));
  }
  const { stdout } = await promisify(execFile)(kustomize, ['build', join(folder, EXAMPLE)]);
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

/** The files that the Pod of a template has from Secrets, by their path. */
export function filesOf(template: PodTemplate, manifests: Manifest[]): Record<string, string> {
  const { containers, volumes = [] } = template.spec;
  const mounts = containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
  const files = mounts.flatMap(({ name, mountPath }) => {
    const volume = volumes.find((each) => each.name === name);
    const data = dataOf(find(manifests, 'Secret', volume?.secret.secretName));
    return Object.entries(data).map(([key, value]) => [`${mountPath}/${key}`, decoded(value)]);
  });
  return Object.fromEntries(files) as Record<string, string>;
}

/** The environment with the content of the files that its variables name, as the service reads them. */
export function withFiles(
  variables: Record<string, string>,
  files: Record<string, string>,
): Record<string, string> {
  const entries = Object.entries(variables).map(([name, value]) => {
    const content = files[value];
    return content === undefined ? [name, value] : [name.replace(/_FILE$/, ''), content];
  });
  return Object.fromEntries(entries) as Record<string, string>;
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
