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
  envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  ports?: { name: string; containerPort: number }[];
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  resources?: object;
  securityContext?: object;
}

interface PodTemplate {
  metadata: { labels: Labels };
  spec: { containers: Container[]; terminationGracePeriodSeconds?: number };
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
    scaleTargetRef?: { apiVersion: string; kind: string; name: string };
  };
}

/** The secrets of the example, as the file that shows their form has them. */
export async function exampleSecrets(): Promise<Record<string, string>> {
  const text = await readFile(join(FOLDER, EXAMPLE, 'secrets.example.env'), 'utf8');
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
  const secrets = Object.entries(await exampleSecrets()).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(folder, EXAMPLE, 'secrets.env'), secrets.join(''));
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
  const sources = envFrom.map(({ configMapRef, secretRef }) => {
    const [kind, name] = configMapRef ? ['ConfigMap', configMapRef.name] : ['Secret', secretRef?.name];
    const source = manifests.find((each) => each.kind === kind && each.metadata.name === name);
    if (source?.data === undefined) throw new Error(`there is no ${kind} ${name}`);
    const decode = (value: string) => (kind === 'Secret' ? Buffer.from(value, 'base64').toString() : value);
    return Object.entries(source.data).map(([variable, value]) => [variable, decode(value)]);
  });
  return Object.fromEntries(sources.flat()) as Record<string, string>;
}

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
